import { createHash } from 'node:crypto'
import HyperDHT from 'hyperdht'

/**
 * @typedef {object} Host
 * @property {Record<string, number>} writes  blocks of each core, which lies in the namespace of its name
 * @property {((core: string, to: string) => boolean) | null} hands  may this core go to that host? null = no policy
 * @property {((core: string, from: string) => boolean) | null} takes  may it come from there?
 */

/** What the wire does to every packet, in each direction. */
export const WEATHER = { delayMs: 15, loss: 0.02 }

/** Where cleo is killed: the core, and how many of its blocks she has by then. */
export const DEATH = { core: 'ann/open', blocks: 120 }

const BLOCK_BYTES = 2048

/**
 * Who is there. `hands` and `takes` are a host's policy.
 * @type {Record<string, Host>}
 */
const HOSTS = {
  ann: {
    writes: { open: 360, team: 120, diary: 20 },
    // by the namespace that the core lies in; what others wrote lies in none
    hands: (core, to) => core === 'ann/open' || (core === 'ann/team' && ['ben', 'cleo'].includes(to)),
    takes: () => true
  },
  ben: {
    writes: { notes: 60 },
    hands: (_core, to) => ['ann', 'cleo'].includes(to),
    // what ann wrote from ann alone, not from those who have a copy
    takes: (core, from) => !core.startsWith('ann/') || from === 'ann'
  },
  // only downloads: takes what it gets, and gives nothing on
  cleo: { writes: {}, hands: () => false, takes: () => true },
  // no policy: whatever she has, everybody has who knows its key
  dora: { writes: { blog: 40 }, hands: null, takes: null },
  // only uploads
  eve: { writes: { news: 60 }, hands: (_core, to) => ['ann', 'dora'].includes(to), takes: () => false }
}

export const NAMES = Object.keys(HOSTS)

/** @param {string} name */
export function hostOf(name) {
  const host = HOSTS[name]
  if (host === undefined) throw new Error(`there is no ${name}`)
  return host
}

/** The cores as 'writer/name'. */
export const CORES = NAMES.flatMap((host) =>
  Object.keys(hostOf(host).writes).map((name) => `${host}/${name}`)
)

/** @param {string} core */
export const writerOf = (core) => core.split('/', 1).join()

/**
 * Blocks that a core begins with.
 * @param {string} core
 */
export function firstLength(core) {
  const length = hostOf(writerOf(core)).writes[core.split('/').slice(1).join()]
  if (length === undefined) throw new Error(`nobody writes ${core}`)
  return length
}

/**
 * May blocks of this core go from one host to the other? Both have a say.
 * @param {string} core
 * @param {string} from
 * @param {string} to
 */
export function mayPass(core, from, to) {
  const { hands } = hostOf(from)
  const { takes } = hostOf(to)
  return (hands === null || hands(core, to)) && (takes === null || takes(core, from))
}

/**
 * The hosts that end with a core: its writer, and whoever it may reach over any of them.
 * @param {string} core
 */
export function holders(core) {
  const all = new Set([writerOf(core)])
  // a Set that grows while it is walked is walked to its new end
  for (const from of all) for (const to of NAMES) if (mayPass(core, from, to)) all.add(to)
  return all
}

/**
 * The same for every run: policies name peers by their public key.
 * @param {string} host
 */
export function keyPair(host) {
  return HyperDHT.keyPair(createHash('sha256').update(`mesh ${host}`).digest())
}

/**
 * Begins with what a disk is searched for; the rest cannot be compressed.
 * @param {string} core
 * @param {number} index
 */
export function block(core, index) {
  const bytes = Buffer.alloc(BLOCK_BYTES)
  for (let at = 0, i = 0; at < bytes.length; i++) {
    at += createHash('sha512').update(`${core} ${index} ${i}`).digest().copy(bytes, at)
  }
  bytes.write(`${marker(core)}${index};`)
  return bytes
}

/** @param {string} core */
export function marker(core) {
  return `<block of ${core}> `
}
