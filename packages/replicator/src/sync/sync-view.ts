import type { ProtocolStream } from '@manycore/hypercore-types'

/** What is to be replicated and what has been, at one moment: what `syncView()` returns. A copy, which never changes. */
export interface SyncView {
  /** Whether nothing differs from any peer, as `synced()` waits for. True if there are no streams. */
  readonly isLevel: boolean
  /** The open streams, in no order. */
  readonly streams: readonly StreamSync[]
}

/** What is to be replicated over one stream and what has been, since it was opened. */
export interface StreamSync {
  /** The stream. */
  readonly stream: ProtocolStream
  /** 32 bytes; null until the handshake is over. */
  readonly remotePublicKey: Uint8Array | null
  /** Whether both ends mirror. */
  readonly isMirroring: boolean
  /** Whether the handshake is not over, or mirrors have not found out yet what differs. */
  readonly isOpening: boolean
  /** Whether nothing differs from this peer. */
  readonly isLevel: boolean
  /**
   * Why mirrors cannot find out what differs: the error of 'limited' at the end where it happened. As long as there is one, the
   * stream is opening, and not level; it is tried again after 2 s, and less and less often.
   */
  readonly lastError: Error | null
  /** Cores of the stream. */
  readonly cores: {
    /** How many there are: those that are attached and, between mirrors, the stored ones that the peer may have. */
    readonly total: number
    /** How many are not level. */
    readonly differing: number
    /** How many have become level: attached ones of which blocks went over the stream, and all that mirrors brought level. */
    readonly done: number
  }
  /** Blocks from the peer. */
  readonly blocks: Amount
  /**
   * Bytes of these blocks. What is expected of a core is an estimate: its missing blocks, times the average of those it has. Of
   * a core whose length is not known here yet, and of one that is not open, the average of what came over the stream is taken.
   */
  readonly bytes: Amount
  /**
   * Cores of which an error is known, then others that differ, then others that are attached: 1,000 at most. `cores` counts all of
   * them.
   */
  readonly entries: readonly CoreSync[]
}

/** How much there is to come, and how much of it is here. */
export interface Amount {
  /** What has come since the stream was opened, and what is known to be missing now. */
  readonly expected: number
  /** What has come since the stream was opened. */
  readonly received: number
}

/** One core, here and at the other end of one stream. */
export interface CoreSync {
  /** 32 bytes; null if only the discovery key is known. */
  readonly key: Uint8Array | null
  /** 32 bytes. */
  readonly discoveryKey: Uint8Array
  /**
   * The name that the core is stored under; null if it has none, or if that is not known yet. Names that are not known are looked
   * up after a view that has the core, 256 at a time, and are in the next one.
   */
  readonly name: string | null
  /** 32 bytes: the namespace of the name; null if there is none. */
  readonly namespace: Uint8Array | null
  /** Whether both sides have it open on this stream. */
  readonly isOpen: boolean
  /** Whether nothing differs. True of a core that is not on the stream: the peer has none, or it was detached. */
  readonly isLevel: boolean
  /** Blocks; 0 if it could not be opened here. */
  readonly length: number
  /** The fork here. */
  readonly fork: number
  /** Blocks that the peer knows of; null if it has not told. */
  readonly remoteLength: number | null
  /** The fork at the peer; null if it has not told. */
  readonly remoteFork: number | null
  /** How many blocks are here. */
  readonly have: number
  /** How many blocks, of those that are proved to exist, were asked for and are not here. A mirror asks for all of them. */
  readonly want: number
  /**
   * How many of `want` the peer has. Of a core that is not open, by how many its copy has more than ours, which is the least
   * that are missing.
   */
  readonly missing: number
  /** How many requests of the peer are not answered. */
  readonly uploading: number
  /**
   * What went wrong with it on this stream lately: the error of 'core-error' or 'limited'. It is there in one view at least, and
   * goes once the core is level and the peer has sent something since.
   */
  readonly lastError: Error | null
}
