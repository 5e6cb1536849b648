import type { EngineIterator, Op } from '@manycore/kv'

/** A place in a journal. Two of them can be compared only if they have the same epoch. */
export interface Checkpoint {
  /** 16 bytes, fresh: which journal of this store. What was noted under another epoch is stale as a whole. */
  readonly epoch: Uint8Array
  /** The counter of the latest change; 0 = none since the journal was made. At most 2⁵³ − 1. */
  readonly counter: number
}

/** A core that has changed. */
export interface CoreChange {
  /** The counter of the latest change of the core. */
  readonly counter: number
  /** 32 bytes, a fresh copy. */
  readonly discoveryKey: Uint8Array
}

/**
 * What a journal gives those who keep something that is derived from it: the ordered store that the journal itself is in.
 * Keys that do not begin with the journal's prefix are refused. Calls wait while the store is suspended.
 */
export interface DerivedStore {
  /** Reads several keys at one moment: one entry per key, in the same order, fresh copies; null = absent. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]>
  /** Applies all ops in order, or none. From the call on the buffers belong to the store. */
  batch(ops: readonly Op[]): Promise<void>
  /** Goes over the entries in `[gte, lt)`, bytewise, as they are at the moment of this call. */
  iterator(range: {
    readonly gte: Uint8Array
    readonly lt: Uint8Array
    readonly reverse?: boolean
  }): EngineIterator
}

/**
 * Says which stored cores have changed since a moment that was noted: in head (length, fork), hints or bitfield, by being
 * created, or by being deleted. What has changed is written in the same atomic batch as the change, so that a note which
 * is kept in the same store is never ahead of it, whatever ends the process.
 *
 * ```ts
 * await journal.open()
 * const to = await journal.checkpoint()
 * if (noted === null || !equals(noted.epoch, to.epoch)) await scanEverything()
 * else for await (const changes of journal.since(noted, to)) await readAgain(changes)
 * await keep(to) // as `noted`
 * ```
 */
export interface ChangeJournal {
  /**
   * Opens the journal. If there is none, or if it cannot be trusted any more, a new one is made with a new epoch: one walk
   * over the records of all cores, in bounded memory. Until then nothing is written for it; from then on every later open
   * of the store keeps it, also one that never asks for it. Idempotent. Calls at the same time share one walk.
   * @throws the errors of the engine, STORAGE_CLOSED
   */
  open(): Promise<void>

  /**
   * Ends a span of changes: waits for all writes that were queued before the call, and returns the place after them. What
   * is written later, or is being written, has a greater counter. Opens the journal if need be.
   *
   * The first change of a core after a checkpoint costs a read and three small records; those after it cost nothing.
   * @throws the errors of the engine, STORAGE_CLOSED
   */
  checkpoint(): Promise<Checkpoint>

  /**
   * Whether anything may have been written since a checkpoint that counts as a change. Ends no span and reads nothing. What is queued at
   * the moment of the call may be missed, and is seen by the next one.
   */
  hasChanged(since: Checkpoint): boolean

  /**
   * The cores whose latest change is in `(from, to]`, oldest first, a few hundred at a time. Each comes once, but for one
   * that was deleted and created again meanwhile. A core that changes while this runs may be left out: then it is in the
   * next span. O(changes).
   * @param from  a checkpoint that was noted; its counter may be 0
   * @param to    what `checkpoint()` has returned since the store was opened
   * @throws JOURNAL_STALE if the epoch is over: read everything anew
   */
  since(from: Checkpoint, to: Checkpoint): AsyncIterable<CoreChange[]>

  /** 16 bytes, fresh: the present epoch. null before `open()`, and after the journal has lost its trust. */
  readonly epoch: Uint8Array | null

  /** The store of this journal, for what is derived from it. */
  readonly engine: DerivedStore

  /** What the keys must begin with of whatever is kept in `engine`; a fresh copy. Users share it: go on with your own bytes. */
  readonly prefix: Uint8Array
}
