import {
  aSize,
  anInteger,
  anObject,
  badArgument,
  bytes,
  bytes32,
  optional,
  readOptions
} from '@manycore/ground'
import type { Check, OptionTable } from '@manycore/ground'
import {
  CACHE_BYTES,
  ID_BYTES,
  MAX_ID_BYTES,
  MAX_STAMP_BYTES,
  MAX_VERSION_BYTES,
  MIN_ID_BYTES,
  SORT_BYTES,
  VERSION_BYTES
} from '../defaults.js'
import { copyOf } from '../bytes/copy.js'
import type { OrderedStore, StoreOp } from '../store/ordered-store.js'

/** Options of `new Index()`. */
export interface IndexOptions {
  /**
   * Where the index is stored: an engine of `@manycore/kv`, or anything of that shape, which is open and stays so. Default: null,
   * the index is in memory only.
   */
  engine?: OrderedStore | null
  /** What all keys of the index in the engine begin with; other keys are never touched. Not kept. Default: empty. */
  prefix?: Uint8Array
  /** The length of ids, 8 to 32. Both sides must have the same. */
  idBytes?: number
  /** The length of versions, 0 to 32. Both sides must have the same. */
  versionBytes?: number
  /**
   * 32 bytes that both sides have and those who choose ids or versions do not: without it they can find members that a
   * fingerprint does not tell from others. Copied. Default: null, none.
   */
  secret?: Uint8Array | null
  /**
   * Bytes of nodes in memory, at most, with an engine. Changes that take more than half of it, and 64 KiB, are written to the engine
   * before `flush()`, where nothing refers to them until then. Nodes that running calls need come on top, 10 KB each.
   */
  cacheBytes?: number
}

/** Options of `index.flush()`. */
export interface FlushOptions {
  /** Up to 1024 bytes that `index.stamp` then has, such as the position in a journal up to which changes are in. */
  stamp: Uint8Array
  /**
   * Changes of other keys of the engine, which go into the same batch: all of it is stored, or nothing. None may touch a key with
   * the prefix of the index. The array and its buffers belong to the index from the call on.
   */
  ops?: readonly StoreOp[]
}

/** Options of `index.rebuild()`. */
export interface RebuildOptions extends FlushOptions {
  /**
   * As for `flush()`, in the batch that replaces the old items. It is read once `items` has ended, so that the source may add to it.
   * What is too much for one batch belongs under keys of its own before, of which one op says that they count now.
   */
  ops?: readonly StoreOp[]
  /** Items that are sorted in memory at once; more than that are sorted in the engine. In memory only, all are. */
  sortBytes?: number
}

const aStamp: Check<Uint8Array> = (field, value) => {
  if (value instanceof Uint8Array && value.byteLength <= MAX_STAMP_BYTES) return value
  throw badArgument(field, `a Uint8Array of at most ${MAX_STAMP_BYTES} bytes`, value)
}

const anEngine: Check<OrderedStore> = (field, value) => {
  const engine: OrderedStore = anObject(field, value)
  if ([engine.getMany, engine.batch, engine.iterator].every((call) => typeof call === 'function'))
    return engine
  throw badArgument(field, 'an engine: getMany(), batch() and iterator()', value)
}

const INDEX = {
  engine: { check: optional(anEngine), default: null },
  prefix: { check: bytes },
  idBytes: { check: anInteger(MIN_ID_BYTES, MAX_ID_BYTES), default: ID_BYTES, unit: 'bytes' },
  versionBytes: { check: anInteger(0, MAX_VERSION_BYTES), default: VERSION_BYTES, unit: 'bytes' },
  secret: { check: optional(bytes32), default: null },
  cacheBytes: { check: aSize, default: CACHE_BYTES, unit: 'bytes' }
} satisfies OptionTable<IndexOptions>

const anArray: Check<readonly StoreOp[]> = (field, value) => {
  if (Array.isArray(value)) return value
  throw badArgument(field, 'an array of ops', value)
}

const FLUSH = {
  stamp: { check: aStamp },
  ops: { check: anArray, otherwise: 'none' }
} satisfies OptionTable<FlushOptions>

const REBUILD = {
  ...FLUSH,
  sortBytes: { check: aSize, default: SORT_BYTES, unit: 'bytes' }
} satisfies OptionTable<RebuildOptions>

/** An option bag of `new Index()` that was read. */
export interface IndexSettings {
  readonly engine: OrderedStore | null
  readonly prefix?: Uint8Array
  readonly idBytes: number
  readonly versionBytes: number
  readonly secret: Uint8Array | null
  readonly cacheBytes: number
}

/** @throws BAD_ARGUMENT */
export function readIndexOptions(opts: IndexOptions | undefined): IndexSettings {
  return readOptions(opts, INDEX)
}

/** @throws BAD_ARGUMENT */
export function readFlushOptions(opts: FlushOptions): Required<FlushOptions> {
  const { stamp, ops = [] } = readOptions(opts, FLUSH)
  return { stamp: required(stamp), ops }
}

/** @throws BAD_ARGUMENT */
export function readRebuildOptions(opts: RebuildOptions): Required<RebuildOptions> {
  const { stamp, sortBytes, ops = [] } = readOptions(opts, REBUILD)
  return { stamp: required(stamp), sortBytes, ops }
}

function required(stamp: Uint8Array | undefined): Uint8Array {
  if (stamp === undefined)
    throw badArgument('stamp', `a Uint8Array of at most ${MAX_STAMP_BYTES} bytes`, stamp)
  return copyOf(stamp)
}
