import type { Range } from '@manycore/kv'

/**
 * The members that are used of an abstract-level 3 database: memory-level, classic-level, browser-level, a sublevel.
 * Keys and values are passed as Uint8Arrays, whatever the default encodings of the database are.
 */
export interface LevelDatabase {
  /** Such as 'open'. */
  readonly status: string
  /** What the database can do. */
  readonly supports: { readonly explicitSnapshots?: boolean; readonly implicitSnapshots?: boolean }
  /** Opens the database; does nothing while it is open. */
  open(): Promise<void>
  /** Closes it. */
  close(): Promise<void>
  /** A part of the database with its own keys; it tells a database of abstract-level from other objects. */
  sublevel(name: string): object
  /** Reads several keys; undefined: absent. */
  getMany<K, V>(keys: K[], options: LevelReadOptions): Promise<(V | undefined)[]>
  /** Applies all operations, or none. */
  batch<K, V>(operations: LevelOperation<K, V>[], options: LevelWriteOptions): Promise<void>
  /** Goes through the entries of a range. */
  iterator<K, V>(options: LevelReadOptions & LevelRange<K>): LevelIterator<K, V>
  /** Called only where `supports` has explicit snapshots; abstract-level 1 and 2 have none. */
  snapshot?(): LevelSnapshot
}

/** classic-level has this too; browser-level (IndexedDB) does not. */
export interface CompactableLevel extends LevelDatabase {
  compactRange(start: Uint8Array, end: Uint8Array, options: { keyEncoding: string }): Promise<void>
}

/** How keys and values are read, and at which state. */
export interface LevelReadOptions {
  /** Encoding of keys, by abstract-level's name. */
  keyEncoding: string
  /** Encoding of values, by abstract-level's name. */
  valueEncoding: string
  /** The state to read; default: the latest. */
  snapshot?: LevelSnapshot
}

/** Which entries an iterator gives: keys in `[gte, lt)`. */
export interface LevelRange<K> {
  /** The first key that counts. */
  gte?: K
  /** The first key that does not count any more. */
  lt?: K
  /** True: from the last key to the first. */
  reverse?: boolean
  /** How many entries at most. */
  limit?: number
  /** False: the values are not read. */
  values?: boolean
}

/** How keys and values are written. */
export interface LevelWriteOptions {
  /** Encoding of keys, by abstract-level's name. */
  keyEncoding: string
  /** Encoding of values, by abstract-level's name. */
  valueEncoding: string
  /** For LevelDB: true: its log is synced before the batch resolves. */
  sync?: boolean
}

/** One operation of a batch. */
export type LevelOperation<K, V> = { type: 'put'; key: K; value: V } | { type: 'del'; key: K }

/** Entries of a range, in order. */
export interface LevelIterator<K, V> {
  /** At most `size` entries as [key, value]; an empty array at the end. */
  nextv(size: number): Promise<[K, V][]>
  /** Lets go of what the iterator holds. */
  close(): Promise<void>
}

/** An explicit snapshot of abstract-level 3. */
export interface LevelSnapshot {
  /** Keeps it open once more. */
  ref(): void
  /** Undoes one `ref()`. */
  unref(): void
  /** Lets go of the state. */
  close(): Promise<void>
}

/** Encodings: 'view' is abstract-level's name for a Uint8Array, which every database takes. */
export const BYTES: { keyEncoding: string; valueEncoding: string } = {
  keyEncoding: 'view',
  valueEncoding: 'view'
}

/** Leaves out bounds that are undefined, because abstract-level would take them for bounds. */
export function toLevelRange({ gte, lt, reverse = false }: Range): LevelRange<Uint8Array> {
  return { ...(gte !== undefined && { gte }), ...(lt !== undefined && { lt }), reverse }
}

/** Told by its shape, because there may be several copies of abstract-level. */
export function isLevelDatabase(storage: unknown): storage is LevelDatabase {
  const db = storage as Partial<LevelDatabase> | null | undefined
  return (
    typeof db === 'object' &&
    db !== null &&
    typeof db.status === 'string' &&
    typeof db.sublevel === 'function' &&
    typeof db.batch === 'function'
  )
}

export function isCompactable(db: LevelDatabase): db is CompactableLevel {
  return typeof (db as Partial<CompactableLevel>).compactRange === 'function'
}
