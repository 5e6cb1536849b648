import { TYPE, batch, message, single, sized, uints } from '../wire/encode.mjs'

/** @typedef {import('../wire/encode.mjs').Type} Type */

/** @typedef {(i: number) => readonly (number | Uint8Array)[]} Body  of the message with this number */

const HIGHEST = Number.MAX_SAFE_INTEGER
/** What breaks those who count in 32 bits, or in doubles. */
const EXTREMES = [0, 2 ** 31, 2 ** 32, HIGHEST]

/** @param {number} i */
function extreme(i) {
  return /** @type {number} */ (EXTREMES[i % EXTREMES.length])
}

/** @param {number} i */
function node(i) {
  return Buffer.concat([uints(i, 1000), Buffer.alloc(32, 7)])
}

/** @param {number} count */
function nodes(count) {
  return Buffer.concat([uints(count), ...Array.from({ length: count }, (_, i) => node(2 * i))])
}

const KB_64 = Buffer.alloc(2 ** 16, 0b1010101)
const SIGNATURE = sized(Buffer.alloc(64, 7))
const NAME = sized(Buffer.from('none'))

/**
 * The bodies of each type of message: the smallest that says something, a large one, and one with extreme numbers.
 * @type {Record<Type, Record<'small' | 'large' | 'extreme', Body>>}
 */
const BODIES = {
  sync: {
    small: () => [7, 0, 1, 0],
    large: (i) => [31, 0, 4000 + (i % 2), 4000],
    extreme: (i) => [7, extreme(i), extreme(i >> 2), extreme(i >> 4)]
  },
  request: {
    small: (i) => [1, 1 + i, 0, 0, 0],
    large: (i) => [41, 1 + i, 0, i % 4000, 0, 0, 4000, 1],
    extreme: (i) => [1 | (2 << (i % 3)), extreme(i), 0, extreme(i >> 2), extreme(i >> 4), 1, HIGHEST]
  },
  cancel: {
    small: () => [1],
    large: (i) => [1 + i],
    extreme: (i) => [extreme(i)]
  },
  data: {
    small: () => [0, 1, 0],
    large: (i) => [9, 1, 0, i, sized(KB_64), nodes(20), 0, 4000, nodes(20), nodes(20), SIGNATURE],
    extreme: (i) => [9, extreme(i), 0, extreme(i), sized(SIGNATURE), nodes(1), extreme(i), HIGHEST, 0, 0, 0]
  },
  noData: {
    small: () => [1, 0],
    large: (i) => [1 + i, 1, 2],
    extreme: (i) => [extreme(i), 1, extreme(i >> 2)]
  },
  want: {
    small: (i) => [32 * (i % 500), 32],
    large: () => [0, 2 ** 21],
    extreme: (i) => [extreme(i), extreme(i >> 2), i & 1]
  },
  unwant: {
    small: (i) => [32 * (i % 500), 32],
    large: () => [0, 2 ** 21],
    extreme: (i) => [extreme(i), extreme(i >> 2), i & 1]
  },
  bitfield: {
    small: () => [0, 1, Buffer.alloc(4, 1)],
    large: () => [0, KB_64.byteLength / 4, KB_64],
    extreme: (i) => [extreme(i), 1, Buffer.alloc(4, 255)]
  },
  range: {
    small: (i) => [2, i % 4000],
    large: (i) => [i % 2, 1, 2 ** 26],
    extreme: (i) => [i & 1, extreme(i >> 1), extreme(i >> 3)]
  },
  extension: {
    small: () => [NAME],
    large: () => [NAME, KB_64],
    extreme: () => [uints(HIGHEST)]
  }
}

const SENDS = {
  small: 'the smallest',
  large: 'large ones',
  extreme: 'with the numbers 0, 2^31, 2^32 and 2^53 − 1'
}

/**
 * Frames of one kind of message: one with many, then smaller ones, then each in a frame of its own.
 * @param {number} channel
 * @param {Type} type
 * @param {Body} body
 */
function flood(channel, type, body) {
  const bytes = Math.max(4, message(type, ...body(1)).byteLength)
  let next = 0
  const make = (/** @type {number} */ size) =>
    Array.from({ length: Math.ceil(size / bytes) }, () => message(type, ...body(next++)))
  const batches = [2 ** 20, ...Array(15).fill(2 ** 16)].map((size) => batch(channel, make(size)))
  return [...batches, ...make(1000 * bytes).map((each) => single(channel, each))]
}

/** Every type of message, for as long as it is taken. @type {import('./attack.mjs').Attacks} */
export const floods = Object.fromEntries(
  /** @type {Type[]} */ (Object.keys(TYPE)).flatMap((type) =>
    /** @type {const} */ (['small', 'large', 'extreme']).map((size) => [
      `flood-of-${type}-${size}`,
      {
        sends: `\`${type}\`s, ${SENDS[size]}, in one frame and in many, for as long as they are taken`,
        core: 'ours',
        ms: 4000,
        /** @param {import('./attack.mjs').Known} known */
        prepare({ channel }) {
          const frames = flood(channel, type, BODIES[type][size])
          /** @type {import('./attack.mjs').Run} */
          return (peer, signal) => peer.repeat(frames, signal)
        }
      }
    ])
  )
)
