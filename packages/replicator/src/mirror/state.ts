import { readU48, writeU48 } from '@manycore/ground'
import type { StoredCopy } from './stored-copies.js'

/** Fork, length and number of stored blocks, 6 bytes each, and 8 that say which blocks those are. */
export const STATE_BYTES = 26

/** Of a core whose blocks are stored all or not at all. */
const NO_BLOCKS = new Uint8Array(8)

/** A state as numbers. */
export interface State {
  readonly fork: number
  /** Blocks. */
  readonly length: number
  /** How many of them are stored. */
  readonly held: number
}

/** Writes the state of a core as `STATE_BYTES` bytes. Two copies of a core with the same state have the same blocks. */
export function writeState(
  to: Uint8Array,
  { fork, length, held, blocks }: State & Pick<StoredCopy, 'blocks'>
): void {
  writeU48(to, 0, fork)
  writeU48(to, 6, length)
  writeU48(to, 12, held)
  to.set(blocks ?? NO_BLOCKS, 18)
}

export function readState(from: Uint8Array): State {
  return { fork: readU48(from, 0), length: readU48(from, 6), held: readU48(from, 12) }
}

/** Whether a copy in the state `theirs` may have blocks, or a history, that one in the state `ours` has not. */
export function lacks(ours: Uint8Array, theirs: Uint8Array): boolean {
  const [our, their] = [readState(ours), readState(theirs)]
  if (our.fork !== their.fork) return their.fork > our.fork
  if (their.length > our.length) return true
  return our.held < our.length && their.held > 0 && !isSame(ours, theirs)
}

/** Whether a copy has all blocks that it knows of. */
export function isWhole(state: Uint8Array): boolean {
  const { length, held } = readState(state)
  return held >= length
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  for (let i = 0; i < STATE_BYTES; i++) if (one[i] !== other[i]) return false
  return true
}
