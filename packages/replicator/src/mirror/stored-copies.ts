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
}
