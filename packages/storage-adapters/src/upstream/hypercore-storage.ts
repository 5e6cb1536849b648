import b4a from 'b4a'
import HypercoreStorage from 'hypercore-storage'
import { CorestoreRX, CorestoreTX } from 'hypercore-storage/lib/tx.js'
import type { CoreAlias, CorestoreStorage } from '@manycore/hypercore-types'

/**
 * The private members of hypercore-storage 3.3 that are called or overridden here (index.js).
 * @upstream hypercore-storage CorestoreStorage
 */
interface PrivateMembers extends CorestoreStorage {
  /** 0 = not opened yet: every call runs `_migrateStore()` first. */
  version: number
  wait: boolean
  readonly db: StorageDatabase
  readonly treeCache: { destroy(): void }
  /** Opens the database, checks the version and migrates. */
  _migrateStore(): Promise<void>
  /** Begins a change, alone. What is read through the view includes the changes made before it. */
  _enter(): Promise<object>
  /** Writes what has changed. */
  _exit(): Promise<void>
  /** Resolves once every change that has begun is written. */
  _flush(): Promise<void>
  _getHead(view: object): Promise<object>
}

/** hypercore-storage, with its private members, over any database. */
export const UpstreamStorage: new (db: StorageDatabase, opts: object) => PrivateMembers =
  HypercoreStorage as unknown as new (db: StorageDatabase, opts: object) => PrivateMembers

/**
 * What hypercore-storage touches of a session of RocksDB, private members included: what we put in its place has them.
 * @upstream rocksdb-native RocksDB
 */
export interface StorageDatabase {
  readonly path: string
  readonly opened: boolean
  readonly closed: boolean
  /** `dbClosing()` of lib/view.js reads both, before an iterator is made: the second is −1 once the session is closed. */
  readonly _state: { readonly closing: Promise<void> | null }
  readonly _index: number
  /** The getter `snapshotted` of index.js compares it with null. */
  readonly _snapshot: object | null
  ready(): Promise<void>
  session(): StorageDatabase
  snapshot(): StorageDatabase
  /** @arity 2 */
  columnFamily(column: { destroy(): void }): StorageDatabase
  /** @arity 1 */
  read(): StorageReads
  /** @arity 1 */
  write(): StorageWrites
  /** @arity 2 */
  iterator(range?: StorageRange): object
  /** @arity 1 */
  flush(): Promise<void>
  /** Two forms: `(start, end)`, or `(options)` for everything. */
  compactRange(start?: Uint8Array | object | null, end?: Uint8Array | null): Promise<void>
  suspend(): Promise<void>
  resume(): Promise<void>
  close(): Promise<void>
}

export interface StorageRange {
  gte?: Uint8Array
  lt?: Uint8Array
  reverse?: boolean
}

/** @upstream rocksdb-native ReadBatch */
interface StorageReads {
  get(key: Uint8Array): Promise<Uint8Array | null>
  tryFlush(): void
  destroy(): void
}

/** @upstream rocksdb-native WriteBatch */
interface StorageWrites {
  tryPut(key: Uint8Array, value: Uint8Array | ArrayBufferView | string | null): void
  tryDelete(key: Uint8Array): void
  tryDeleteRange(start: Uint8Array, end: Uint8Array): void
  flush(): Promise<void>
  destroy(): void
}

/**
 * A path that cannot exist, because it is below a file. hypercore-storage looks there for a store of Corestore 6
 * (migrations/0, `store()`) and for what a crash of RocksDB left (`_maybeRecover()`), and must find nothing.
 */
export const NOWHERE = '/dev/null/manycore/db'

/** What it says of a store of a newer version: `_migrateStore()`, and the decoders of its encoding/spec/hyperschema. */
export const NEWER_VERSION: RegExp = /^Unsupported version/

/** Whether a hypercore-storage opens a RocksDB, or was given one. */
export function isOverRocks(storage: unknown): boolean {
  const { rocks } = storage as { rocks?: object }
  return rocks?.constructor.name === 'RocksDB' // by name, because there may be several copies
}

/**
 * Gives a stored core that has no name the name it would have had, had it been created with it (`_create()` of
 * hypercore-storage): the name is stored with the core, and the core is found by it.
 * @param storage       an open hypercore-storage, of any copy of the package
 * @param discoveryKey  32 bytes
 * @param alias         the namespace, 32 bytes, and the name
 * @returns whether the core has this name now; false if it is not stored, or has another name
 */
export async function nameCore(
  storage: CorestoreStorage,
  discoveryKey: Uint8Array,
  alias: CoreAlias
): Promise<boolean> {
  const upstream = storage as PrivateMembers
  const view = await upstream._enter()
  try {
    const read = new CorestoreRX(upstream.db, view)
    const reading = read.getCore(discoveryKey)
    read.tryFlush()
    const core = await reading
    if (core === null) return false
    if (core.alias) return core.alias.name === alias.name && b4a.equals(core.alias.namespace, alias.namespace)
    const change = new CorestoreTX(view)
    change.putCore(discoveryKey, { ...core, alias })
    change.putCoreByAlias(alias, discoveryKey)
    change.apply()
    return true
  } finally {
    await upstream._exit()
  }
}
