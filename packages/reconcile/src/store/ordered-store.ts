/** One change of a batch. From the call on, the buffers belong to the store. */
export type StoreOp =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }
  /** Deletes every key in `[start, end)`. */
  | { readonly type: 'delRange'; readonly start: Uint8Array; readonly end: Uint8Array }

/** A key and its value, as a store's iterator gives them. */
export interface StoreEntry {
  /** At least 1 byte. */
  readonly key: Uint8Array
  /** 0 bytes or more. */
  readonly value: Uint8Array
}

/** The entries of a range at the moment of the call of `iterator()`. */
export interface StoreIterator {
  /** Reads 1 to `max` entries on, in order. An empty array means the end. */
  next(max: number): Promise<StoreEntry[]>
  /** Ends the iterator. */
  close(): Promise<void>
}

/**
 * What an index needs of an ordered key-value store of bytes with atomic batches. Every engine of `@manycore/kv` satisfies it,
 * and whoever has another store can wrap it. It is open as long as the index is used, and is never closed by it.
 */
export interface OrderedStore {
  /** Reads several keys: one entry per key, in the same order, fresh copies; null = absent. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]>
  /** Applies all ops in order, or none. Batches commit in the order of the calls. */
  batch(ops: readonly StoreOp[]): Promise<void>
  /** Goes over the entries whose keys are in `[gte, lt)`, bytewise. */
  iterator(range: { readonly gte: Uint8Array; readonly lt: Uint8Array }): StoreIterator
}
