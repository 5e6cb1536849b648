import type { Range } from '@manycore/kv'

/**
 * What is used of an abstract-level 3 database: memory-level, classic-level, browser-level, a sublevel of one, …
 * Keys and values are asked for as Uint8Arrays, whatever encoding the database has by default.
 */
export interface LevelDatabase {
  readonly status: string
  readonly supports: { readonly explicitSnapshots?: boolean; readonly implicitSnapshots?: boolean }
  open(): Promise<void>
  close(): Promise<void>
  sublevel(name: string): object
  getMany<K, V>(keys: K[], options: LevelReadOptions): Promise<(V | undefined)[]>
  batch<K, V>(operations: LevelOperation<K, V>[], options: LevelWriteOptions): Promise<void>
  iterator<K, V>(options: LevelReadOptions & LevelRange<K>): LevelIterator<K, V>
  /** Called only where `supports` has explicit snapshots; abstract-level 1 and 2 have none. */
  snapshot?(): LevelSnapshot
}

/** classic-level has this as well; IndexedDB does not. */
export interface CompactableLevel extends LevelDatabase {
  compactRange(start: Uint8Array, end: Uint8Array, options: { keyEncoding: string }): Promise<void>
}

export interface LevelReadOptions {
  keyEncoding: string
  valueEncoding: string
  snapshot?: LevelSnapshot
}

export interface LevelRange<K> {
  gte?: K
  lt?: K
  reverse?: boolean
  /** entries */
  limit?: number
  /** false = the values of the entries are not read */
  values?: boolean
}

export interface LevelWriteOptions {
  keyEncoding: string
  valueEncoding: string
  /** LevelDB: the log is on the disk before the batch resolves */
  sync?: boolean
}

export type LevelOperation<K, V> = { type: 'put'; key: K; value: V } | { type: 'del'; key: K }

export interface LevelIterator<K, V> {
  nextv(size: number): Promise<[K, V][]>
  close(): Promise<void>
}

/** An explicit snapshot of abstract-level 3. */
export interface LevelSnapshot {
  ref(): void
  unref(): void
  close(): Promise<void>
}

/** abstract-level's name of a Uint8Array; every database takes it. */
export const BYTES: { keyEncoding: string; valueEncoding: string } = {
  keyEncoding: 'view',
  valueEncoding: 'view'
}

/** A bound that is there and undefined would be a bound to abstract-level. */
export function toLevelRange({ gte, lt, reverse = false }: Range): LevelRange<Uint8Array> {
  return { ...(gte !== undefined && { gte }), ...(lt !== undefined && { lt }), reverse }
}

/** By shape: a database of any copy of abstract-level. */
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
