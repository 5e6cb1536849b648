import { variants } from './attack.mjs'
import { claims } from './claims.mjs'
import { floods } from './floods.mjs'
import { frames } from './frames.mjs'
import { mirrors } from './mirrors.mjs'
import { opens } from './opens.mjs'
import { proofs } from './proofs.mjs'
import { requests } from './requests.mjs'
import { syncs } from './syncs.mjs'

/** @typedef {import('./attack.mjs').Attack} Attack */

/** @typedef {import('./attack.mjs').Attacks} Attacks */

/** @type {Attacks} */
const kinds = { ...syncs, ...claims, ...requests, ...proofs, ...opens, ...frames, ...mirrors }

const MANY = 50
/** They share what time there is for them, so that each is worked on for long. */
const MANY_MS = 4500

/** Played by so many hostile streams at once too. */
const TOGETHER = [
  'syncs-in-one-frame',
  'ranges-set-and-dropped',
  'bitfields-of-16-bytes',
  'requests-unread',
  'opens-of-one-core',
  'frames-of-16-mb',
  'a-frame-byte-by-byte'
]

/** Played over UDX too. */
const OVER_UDX = [
  'syncs-in-one-frame',
  'ranges-set-and-dropped',
  'bitfields-of-16-bytes',
  'wants-unread',
  'requests-with-one-id',
  'opens-in-frames-of-4-mb',
  'keep-alives'
]

/** All attacks, by name, in the order of the table. @type {Attacks} */
export const attacks = {
  ...kinds,
  ...floods,
  ...variants(chosen(TOGETHER), 'by-50', ({ sends }) => ({
    sends: `${sends}; ${MANY} at once`,
    streams: MANY,
    ms: MANY_MS
  })),
  ...variants(chosen(OVER_UDX), 'over-udx', ({ sends }) => ({
    sends: `${sends}; over UDX`,
    transport: 'udx'
  }))
}

/**
 * @param {string} name
 * @returns {Attack}
 */
export function attackOf(name) {
  const attack = attacks[name]
  if (attack === undefined) throw new Error(`There is no attack "${name}"`)
  return attack
}

/** @param {string[]} names */
function chosen(names) {
  return Object.fromEntries(Object.entries(kinds).filter(([name]) => names.includes(name)))
}
