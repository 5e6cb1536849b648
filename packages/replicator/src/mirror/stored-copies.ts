import type { OrderedStore } from '@manycore/reconcile'
import type { CoreName } from '../source/core-source.js'

/** What storage knows of a core that nobody has open. */
export interface StoredCopy {
  /** 32 bytes. */
  readonly discoveryKey: Uint8Array
  /** 32 bytes. */
  readonly key: Uint8Array
  /** Which of its histories it is at. */
  readonly fork: number
  /** How many blocks we know of. */
  readonly length: number
  /** How many of them are stored. */
  readonly held: number
  /**
   * 8 bytes, the same wherever the same blocks are stored, and others for others; null if all of them are, or none.
   */
  readonly blocks: Uint8Array | null
  /** Whether we can append to it. */
  readonly writable: boolean
  /** The names that it is stored under. */
  readonly names: readonly CoreName[]
}

/** The stored cores of a source, open or not. A store's own will do, and whatever else has this shape. */
export interface StoredCopies {
  /** All stored cores, a few hundred at a time, in any order, each once. Nothing is opened for it. */
  scan(): AsyncIterable<readonly StoredCopy[]>
  /**
   * Some of them, as they are now.
   * @param discoveryKeys  32 bytes each; neither kept nor changed
   * @returns              one entry per key, in the same order; null = not stored
   */
  read(discoveryKeys: readonly Uint8Array[]): Promise<readonly (StoredCopy | null)[]>
  /**
   * The journal of what is stored, open. With it, a mirror keeps what it knows of a peer, and reads only what has changed since.
   * @returns null = there is none
   */
  changes?(): Promise<StoredChanges | null>
}

/** Which stored cores have changed: a journal, of which each entry is written in the same atomic batch as the change. */
export interface StoredChanges {
  /** Waits for the writes that are under way. @returns the place after them: what is written later comes behind it */
  checkpoint(): Promise<ChangePlace>
  /** Whether anything may have changed since a place. Costs nothing; what is being written may be missed, until the next call. */
  hasChanged(since: ChangePlace): boolean
  /**
   * What has changed between two places, oldest first, some at a time.
   * @param to  what `checkpoint()` has returned since the journal was opened
   * @throws JOURNAL_STALE, a code of the error, if the epoch of either is over
   */
  since(from: ChangePlace, to: ChangePlace): AsyncIterable<readonly StoredChange[]>
  /** Where a mirror may keep what follows from what is stored. */
  readonly engine: OrderedStore
  /** What the keys have to begin with of all that is kept there. */
  readonly prefix: Uint8Array
}

/** A place in a journal. */
export interface ChangePlace {
  /** 16 bytes. If they are others than before, the journal has begun anew, and places from before mean nothing. */
  readonly epoch: Uint8Array
  /** How many changes there were; below 2^53. */
  readonly counter: number
}

/** That a core was made, has changed, or was deleted. */
export interface StoredChange {
  /** The place of the last one of its changes. */
  readonly counter: number
  /** 32 bytes. */
  readonly discoveryKey: Uint8Array
}
