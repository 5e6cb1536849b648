/** One change of a batch. Buffers belong to the engine from the call on: the caller changes them no more. */
export type Op =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }
  /** every key in `[start, end)`; an empty or inverted range changes nothing */
  | { readonly type: 'delRange'; readonly start: Uint8Array; readonly end: Uint8Array }

/** Keys in `[gte, lt)`, bytewise; an absent bound = no bound. */
export interface Range {
  readonly gte?: Uint8Array
  readonly lt?: Uint8Array
  /** from the last key to the first */
  readonly reverse?: boolean
}

export interface Entry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** The state at one moment, for as long as it is held. */
export interface EngineSnapshot {
  /** Lets go of the state; idempotent. Reads at a closed snapshot reject with ENGINE_CLOSED. */
  close(): void
}

/** Entries of a range at one moment: that of the call of `iterator()`, or of the snapshot. */
export interface EngineIterator {
  /**
   * @param max  entries, ≥ 1
   * @returns    1 to `max` entries in order, fresh copies; an empty array = the end, from then on always
   */
  next(max: number): Promise<Entry[]>
  /** Idempotent; also while a next() runs, which then gives its entries or the end. */
  close(): Promise<void>
}

/** What an engine can do. A compliance case is skipped only because of this. */
export interface EngineSupports {
  /** what was committed is there after close() and open() */
  readonly persistent: boolean
  readonly suspend: boolean
  readonly compact: boolean
  readonly readOnly: boolean
}

/**
 * An ordered key-value store of bytes. Keys have ≥ 1 byte and are ordered bytewise, a prefix first; a
 * value may be empty. `open()` before anything else; all calls but `snapshot()` and `close()` reject with
 * ENGINE_CLOSED before it and after `close()`.
 */
export interface Engine {
  /** e.g. 'memory', for messages */
  readonly name: string
  readonly supports: EngineSupports

  /**
   * open(), close(), suspend() and resume() are a queue: each begins when the one before it has ended, whether the
   * caller awaits it or not (docs/write-an-engine.md has the table). Nothing while open or suspended. A failed open
   * leaves nothing open or locked and may be tried again.
   */
  open(): Promise<void>

  /** Waits for calls that run; refuses those that a suspension holds back; ends iterators and snapshots. Idempotent. */
  close(): Promise<void>

  /**
   * Reads several keys at one moment.
   * @param keys  not kept, not changed
   * @param at    snapshot to read from; default: the latest committed batch
   * @returns     one entry a key, same order; null = absent (an empty value has 0 bytes); fresh copies;
   *              in a later macrotask, never in a microtask of the call
   */
  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]>

  /**
   * Applies all ops in order, or none. Resolves once they are committed and visible to every later read;
   * batches commit in the order of the calls. After a write that failed half-way the engine refuses
   * further batches (ENGINE_FAILED) until it is reopened, and goes on reading.
   */
  batch(ops: readonly Op[]): Promise<void>

  iterator(range: Range, at?: EngineSnapshot): EngineIterator

  /** The state after the batches committed so far; synchronous, O(1). @throws ENGINE_CLOSED */
  snapshot(): EngineSnapshot

  /** What was committed survives a loss of power once this resolves. */
  flush?(): Promise<void>
  /** Waits for calls that run, stops using files and frees the lock; calls wait until resume(). @throws ENGINE_CLOSED */
  suspend?(): Promise<void>
  /** @throws ENGINE_CLOSED, ELOCKED if the store is open elsewhere by now; then the engine stays suspended */
  resume?(): Promise<void>
  /** Gives back the space of what was deleted or overwritten. */
  compact?(range?: Range): Promise<void>
}
