import type { AuditResult } from './hypercore-calls.js'
import type { Hypercore } from './hypercore.js'
import type { Manifest } from './manifest.js'
import type { CoreStorage } from './storage.js'
import type { Channel, Protomux } from './protocol-stream.js'
import type { PublicKeyPair } from './key-pair.js'
import type { Bytes } from './node.js'

/** What `ongroupupdate` and 'group-active' carry. Source: hypercore 11 lib/session-state.js. */
export interface GroupUpdate {
  /** The key of the core that changed, 32 bytes. */
  key: Uint8Array
  /** Its length in blocks. */
  length: number
  /** Its fork. */
  fork: number
}

/** One remote that replicates one core with us. */
export interface Peer {
  /** The remote's public key, 32 bytes. */
  readonly remotePublicKey: Bytes
  /** The core that is replicated. */
  readonly core: InnerCore
  /** The Protomux of the stream that connects us. */
  readonly protomux: Protomux
  /** How many blocks the remote says it knows of. */
  readonly remoteLength: number
  /** How many blocks from 0 on the remote says it has without a gap. */
  readonly remoteContiguousLength: number
  /** The fork that the remote is at. */
  readonly remoteFork: number
  /** The channel of this core on the stream. */
  readonly channel: Channel
  /** Messages sent and received, by kind. */
  readonly stats: { [name: string]: { tx: number; rx: number } | number }
}

/** The replication half of an inner core. Source: hypercore 11.37.1 lib/replicator.js. */
export interface CoreReplicator {
  /** The remotes that replicate this core with us now. */
  readonly peers: readonly Peer[]
  /** Whether any session wants data. */
  readonly downloading: boolean
  /** Whether the core was closed. */
  readonly destroyed: boolean
  /** One assignable slot: called when `downloading` turns true. */
  ondownloading: (() => void) | null
  /** Whether the core is offered on this stream. */
  attached(mux: Protomux): boolean
  /** Offers the core on this stream. */
  attachTo(mux: Protomux): void
  /** Stops offering the core on this stream; open channels stay open. */
  detachFrom(mux: Protomux): void
  /** Whether there are no peers and no attach is under way. */
  idle(): boolean
}

/**
 * The one shared object behind all sessions of a core: storage, merkle state, replication.
 * Source: hypercore 11.37.1 lib/core.js.
 */
export interface InnerCore {
  /** The key in z-base-32; null until known. */
  readonly id: string | null
  /** 32 bytes; null until opened if only the discovery key was given. */
  readonly key: Uint8Array | null
  /** 32 bytes. Null until opened in a core that is given neither key nor discovery key; no core of ours is. */
  readonly discoveryKey: Uint8Array
  /** Who may sign the core; null until known. */
  readonly manifest: Manifest | null
  /** What is stored about the core; null until it is open. */
  readonly header: {
    key: Uint8Array
    keyPair: PublicKeyPair | null
    manifest: Manifest | null
    group: { key: Uint8Array; pointer: number } | null
  } | null
  /** Whether it is open. */
  readonly opened: boolean
  /** Whether it has closed. */
  readonly closed: boolean
  /** Settles when opening has succeeded or failed. */
  readonly opening: Promise<void>
  /** Settles when closing has; null until `close()` was called. */
  readonly closing: Promise<void> | null
  /** Its replication with all peers. */
  readonly replicator: CoreReplicator
  /** How many sessions keep the core open; weak ones do not. */
  readonly activeSessions: number
  /** The sessions that are told of its events. */
  readonly monitors: readonly Hypercore<unknown>[]
  /** Length, bytes, fork and storage of the default session; null until open. */
  readonly state: {
    readonly length: number
    readonly byteLength: number
    readonly fork: number
    readonly storage: CoreStorage
  } | null
  /** One assignable slot: called when no session, peer or write is left. */
  onidle: () => void
  /** One assignable slot: called when a core of a group changed. */
  ongroupupdate: (topic: Uint8Array, update: GroupUpdate) => void
  /** Opens it; one promise, however often it is called. */
  ready(): Promise<void>
  /**
   * Verifies the stored data, and drops what is wrong.
   * @returns null if its root was lost and so, unless `dryRun`, all of it was deleted
   */
  audit(opts?: { dryRun?: boolean }): Promise<AuditResult | null>
  /**
   * Closes the core.
   * @throws if sessions are still open
   */
  close(): Promise<void>
  /** Whether any session is open, weak ones included. */
  hasSession(): boolean
  /** Calls `onidle` if nothing uses the core any more. */
  checkIfIdle(): void
  /** Every session that is open. */
  allSessions(): Hypercore<unknown>[]
  /** Closes every session; with an error, each rejects with it. */
  closeAllSessions(err: Error | null): Promise<void>
}
