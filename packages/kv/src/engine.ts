/** One change of a batch. From the call on, buffers belong to the engine: the caller must not change them any more. */
export type Op =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }
  /** Deletes every key in `[start, end)`. An empty or inverted range changes nothing. */
  | { readonly type: 'delRange'; readonly start: Uint8Array; readonly end: Uint8Array }

/** The keys in `[gte, lt)`, bytewise. If a bound is left out, the range is open on that side. */
export interface Range {
  /** The first key that may be in the range. */
  readonly gte?: Uint8Array
  /** The first key after the range. */
  readonly lt?: Uint8Array
  /** True = from the last key to the first. Default: false. */
  readonly reverse?: boolean
}

/** A key and its value, as an iterator gives them. Both are the caller's own. */
export interface Entry {
  /** At least 1 byte. */
  readonly key: Uint8Array
  /** 0 bytes or more. */
  readonly value: Uint8Array
}

/** The state at one moment, which stays readable until the snapshot is closed. */
export interface EngineSnapshot {
  /** Lets go of the state. Idempotent. Later reads at this snapshot reject with ENGINE_CLOSED. */
  close(): void
}

/** The entries of a range at one moment: that of the call of `iterator()`, or that of the snapshot. */
export interface EngineIterator {
  /**
   * Reads on.
   * @param max  how many entries at most, ≥ 1
   * @returns    1 to `max` entries in order, fresh copies. An empty array means the end, and so does every later one.
   * @throws     ENGINE_CLOSED
   */
  next(max: number): Promise<Entry[]>
  /** Idempotent. May be called while next() is pending; that call still resolves, with its entries or an empty array. */
  close(): Promise<void>
}

/** What an engine can do. The compliance suite skips a case for no other reason. */
export interface EngineSupports {
  /** What was committed is still there after close() and open(). */
  readonly persistent: boolean
  /** It has suspend() and resume(). */
  readonly suspend: boolean
  /** It has compact(). */
  readonly compact: boolean
  /** It can be opened read-only. */
  readonly readOnly: boolean
}

/**
 * An ordered key-value store of bytes. Keys have at least 1 byte and are ordered bytewise, a prefix before what it is a
 * prefix of; a value may be empty. Every call but `open()` and `close()` fails with ENGINE_CLOSED before `open()` and after
 * `close()`.
 */
export interface Engine {
  /** A short name for messages, such as 'memory'. */
  readonly name: string
  /** What it can do. */
  readonly supports: EngineSupports

  /**
   * Opens the engine; does nothing if it is open or suspended. An open() that fails leaves nothing open or locked, and
   * may be tried again.
   *
   * open(), close(), suspend() and resume() form a queue: each begins when the one before it has ended, whether or not
   * the caller awaits it. The table in docs/write-an-engine.md says what each does in each state.
   */
  open(): Promise<void>

  /**
   * Waits for the calls that are running, rejects those that a suspension holds back, and ends all iterators and
   * snapshots. Idempotent.
   */
  close(): Promise<void>

  /**
   * Reads several keys at one moment.
   * @param keys  neither kept nor changed
   * @param at    snapshot to read from; default: the latest committed batch
   * @returns     one entry per key, in the same order; null = absent (an empty value has 0 bytes); fresh copies.
   *              It resolves in a later macrotask, never in a microtask of the call.
   * @throws      BAD_ARGUMENT, ENGINE_CLOSED, ENGINE_CORRUPT
   */
  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]>

  /**
   * Applies all ops in order, or none. Resolves once they are committed and every later read sees them. Batches commit in
   * the order of the calls. After a write that failed half-way, the engine refuses further batches until it is reopened;
   * reads go on.
   * @throws BAD_ARGUMENT, ENGINE_CLOSED, ENGINE_FAILED, ENGINE_READ_ONLY
   */
  batch(ops: readonly Op[]): Promise<void>

  /**
   * Goes over the entries of a range as they are at the moment of this call, or in a snapshot, which may be closed meanwhile.
   * @throws BAD_ARGUMENT, ENGINE_CLOSED
   */
  iterator(range: Range, at?: EngineSnapshot): EngineIterator

  /**
   * The state after the batches that have been committed so far. Synchronous, O(1).
   * @throws ENGINE_CLOSED
   */
  snapshot(): EngineSnapshot

  /** Once it resolves, everything that was committed before the call survives a loss of power. */
  flush?(): Promise<void>
  /**
   * Waits for the calls that are running, stops using files and frees the lock. Later calls wait until resume().
   * @throws ENGINE_CLOSED
   */
  suspend?(): Promise<void>
  /**
   * Takes files and lock back; calls that waited go on.
   * @throws ENGINE_CLOSED; ELOCKED, if the store is open elsewhere by now: the engine then stays suspended
   */
  resume?(): Promise<void>
  /**
   * Frees the space of what was deleted or overwritten.
   * @param range  only what touches these keys; default: everything
   */
  compact?(range?: Range): Promise<void>
}
