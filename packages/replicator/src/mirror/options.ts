import {
  aBoolean,
  aFunction,
  anInteger,
  badArgument,
  optional,
  readGiven,
  readOptions
} from '@manycore/ground'
import type { Check, OptionTable } from '@manycore/ground'
import { MIRROR_CONCURRENCY } from './defaults.js'
import type { StoredCopy } from './stored-copies.js'

/**
 * Options of a mirror. Those of one stream narrow those of the store, as a policy of a stream narrows the store's: both filters have to
 * let a core through, the lower number counts, and nothing is told if either is not `live`.
 */
export interface MirrorOptions {
  /** Which stored cores are mirrored. Only `true` lets one through. Called for each when it is found, and when it changes. */
  filter?(core: StoredCopy): boolean
  /** How many cores are brought level at a time, of all streams together, or of one; each is open meanwhile. */
  concurrency?: number
  /**
   * How many cores may be open for the mirror at once, of all streams together, or of one: those that it brings level, half of them at
   * most; those that peers of streams that are mirrored over have asked for; and those that linger after that. More wait, and those are closed first
   * that nobody uses. What a session has opened does not count. At least 2.
   */
  maxOpenCores?: number
  /** False: what changes after two mirrors have compared is not told. */
  live?: boolean
}

const MIRROR = {
  filter: { check: optional(aFunction), otherwise: 'every stored core' },
  concurrency: { check: anInteger(1), default: MIRROR_CONCURRENCY, unit: 'cores' },
  maxOpenCores: {
    check: (field, value) => (value === Infinity ? Infinity : anInteger(2)(field, value)),
    default: Infinity,
    otherwise: 'as many as are asked for',
    unit: 'cores'
  },
  live: { check: aBoolean, default: true }
} satisfies OptionTable<MirrorOptions>

/** Options of a mirror that were read. */
export type MirrorSettings = MirrorOptions &
  Required<Pick<MirrorOptions, 'concurrency' | 'maxOpenCores' | 'live'>>

/** Checks what `replicate()` takes, and adds no defaults to it: what a stream does not say, the store has said. */
export const aMirror: Check<boolean | MirrorOptions> = (field, value) => {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'object') throw badArgument(field, 'a boolean, or the options of a mirror', value)
  return readGiven(value as MirrorOptions, MIRROR, field)
}

/** @throws BAD_ARGUMENT */
export function readMirrorOptions(opts: true | MirrorOptions): MirrorSettings {
  const read = readOptions(opts === true ? {} : opts, MIRROR, 'mirror')
  return { ...read, filter: read.filter as MirrorOptions['filter'] }
}
