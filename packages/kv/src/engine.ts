/**
 * One change of a batch: put a value, delete a key, or delete every key in `[start, end)`, where an empty or
 * inverted range changes nothing. Keys have at least 1 byte. The buffers belong to the engine from the call on:
 * the caller must not change them any more.
 */
export type Op =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }
  /** every key in `[start, end)`; an empty or inverted range changes nothing */
  | { readonly type: 'delRange'; readonly start: Uint8Array; readonly end: Uint8Array }

/** Keys in `[gte, lt)`, compared bytewise; an absent bound is no bound. */
export interface Range {
  /** The first key that counts. */
  readonly gte?: Uint8Array
  /** The first key that does not count any more. */
  readonly lt?: Uint8Array
  /** True: from the last key to the first. Default: false. */
  readonly reverse?: boolean
}

/** One key with its value. */
export interface Entry {
  /** At least 1 byte. */
  readonly key: Uint8Array
  /** Any number of bytes, even none. */
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
   * Reads on.
   * @param max  how many entries, at least 1
   * @returns    1 to `max` entries in order, as fresh copies; an empty array at the end, and from then on
   *   always
   */
  next(max: number): Promise<Entry[]>
  /**
   * Idempotent. May be called while `next()` is pending; that call still resolves, with its entries or the end.
   */
  close(): Promise<void>
}

/** What an engine can do. A compliance case is skipped only because of this. */
export interface EngineSupports {
  /** Whether what was committed is there after `close()` and `open()`. */
  readonly persistent: boolean
  /** Whether it has `suspend()` and `resume()`. */
  readonly suspend: boolean
  /** Whether it has `compact()`. */
  readonly compact: boolean
  /** Whether it can be opened read-only. */
  readonly readOnly: boolean
}

/**
 * An ordered key-value store of bytes. Keys have ≥ 1 byte and are ordered bytewise, a prefix first; a
 * value may be empty. `open()` before anything else; all calls but `snapshot()` and `close()` reject with
 * ENGINE_CLOSED before it and after `close()`.
 */
export interface Engine {
  /** Such as 'memory': for messages. */
  readonly name: string
  /** What this engine can do. */
  readonly supports: EngineSupports

  /**
   * Opens the store. `open()`, `close()`, `suspend()` and `resume()` are a queue: each begins when the one
   * before it has ended, whether the caller awaits it or not (docs/write-an-engine.md has the table). Does
   * nothing while open or suspended. A failed open leaves nothing open or locked, and may be tried again.
   */
  open(): Promise<void>

  /** Waits for calls that run; refuses those that a suspension holds back; ends iterators and snapshots. Idempotent. */
  close(): Promise<void>

  /**
   * Reads several keys at one moment.
   * @param keys  not kept, not changed
   * @param at    the snapshot to read from; default: the latest committed batch
   * @returns     one entry per key, in the same order; null: absent (an empty value has 0 bytes). Fresh copies,
   *   in a later macrotask, never in a microtask of the call
   */
  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]>

  /**
   * Applies all ops in order, or none. Resolves once they are committed and visible to every later read;
   * batches commit in the order of the calls. After a write that failed half-way the engine refuses
   * further batches (ENGINE_FAILED) until it is reopened, and goes on reading.
   */
  batch(ops: readonly Op[]): Promise<void>

  /** Goes through the entries of a range at one moment: that of this call, or of the snapshot. */
  iterator(range: Range, at?: EngineSnapshot): EngineIterator

  /** The state after the batches committed so far; synchronous, O(1). @throws ENGINE_CLOSED */
  snapshot(): EngineSnapshot

  /** What was committed survives a loss of power once this resolves. */
  flush?(): Promise<void>
  /** Waits for calls that run, stops using files and frees the lock; calls wait until resume(). @throws ENGINE_CLOSED */
  suspend?(): Promise<void>
  /**
   * Takes the lock back; calls that waited go on.
   * @throws ENGINE_CLOSED; ELOCKED if the store is open elsewhere by now, and then the engine stays suspended
   */
  resume?(): Promise<void>
  /** Gives back the space of what was deleted or overwritten. */
  compact?(range?: Range): Promise<void>
}
