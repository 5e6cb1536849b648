import { aBoolean, aFunction, anInteger, optional, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import { MIRROR_CONCURRENCY } from './defaults.js'
import type { StoredCopy } from './stored-copies.js'

/** Options of a mirror. */
export interface MirrorOptions {
  /** Which stored cores are mirrored. Only `true` lets one through. Called for each when it is found, and when it changes. */
  filter?(core: StoredCopy): boolean
  /** How many cores are brought level at a time, of all streams; each is open meanwhile. */
  concurrency?: number
  /** False: what changes after two mirrors have compared is not told. */
  live?: boolean
}

const MIRROR = {
  filter: { check: optional(aFunction), otherwise: 'every stored core' },
  concurrency: { check: anInteger(1), default: MIRROR_CONCURRENCY, unit: 'cores' },
  live: { check: aBoolean, default: true }
} satisfies OptionTable<MirrorOptions>

/** Options of a mirror that were read. */
export type MirrorSettings = MirrorOptions & Required<Pick<MirrorOptions, 'concurrency' | 'live'>>

/** @throws BAD_ARGUMENT */
export function readMirrorOptions(opts: true | MirrorOptions): MirrorSettings {
  const { filter, concurrency, live } = readOptions(opts === true ? {} : opts, MIRROR, 'mirror')
  return { filter: filter as MirrorOptions['filter'], concurrency, live }
}
