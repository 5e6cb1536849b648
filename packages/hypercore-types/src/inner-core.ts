import type { AuditResult, Hypercore } from './hypercore.js'
import type { Manifest } from './manifest.js'
import type { CoreStorage } from './storage.js'
import type { Channel, Protomux } from './protocol-stream.js'
import type { PublicKeyPair } from './key-pair.js'
import type { Bytes } from './node.js'

/** What `ongroupupdate` and 'group-active' carry. Source: hypercore 11.37.1 lib/session-state.js:252. */
export interface GroupUpdate {
  /** 32 bytes, the key of the core that changed */
  key: Uint8Array
  /** blocks */
  length: number
  fork: number
}

/** One remote that replicates one core with us. */
export interface Peer {
  /** 32 bytes */
  readonly remotePublicKey: Bytes
  readonly core: InnerCore
  readonly protomux: Protomux
  /** blocks the remote says it has */
  readonly remoteLength: number
  /** blocks from 0 that the remote says it has without a gap */
  readonly remoteContiguousLength: number
  readonly remoteFork: number
  readonly channel: Channel
  readonly stats: { [name: string]: { tx: number; rx: number } | number }
}

/** The replication half of an inner core. Source: hypercore 11.37.1 lib/replicator.js. */
export interface CoreReplicator {
  readonly peers: readonly Peer[]
  /** does any session want data? */
  readonly downloading: boolean
  readonly destroyed: boolean
  /** one assignable slot: called when `downloading` turns true */
  ondownloading: (() => void) | null
  attached(mux: Protomux): boolean
  attachTo(mux: Protomux): void
  /** stops offering the core on this stream; open channels stay open */
  detachFrom(mux: Protomux): void
  /** no peers, and no attach under way */
  idle(): boolean
}

/**
 * The one shared object behind all sessions of a core: storage, merkle state, replication.
 * Source: hypercore 11.37.1 lib/core.js.
 */
export interface InnerCore {
  /** z-base-32 of the key; null until known */
  readonly id: string | null
  /** 32 bytes; null until opened when only the discovery key was given */
  readonly key: Uint8Array | null
  /** 32 bytes. Null until opened in a core that is given neither key nor discovery key; no core of ours is. */
  readonly discoveryKey: Uint8Array
  readonly manifest: Manifest | null
  readonly header: {
    key: Uint8Array
    keyPair: PublicKeyPair | null
    manifest: Manifest | null
    group: { key: Uint8Array; pointer: number } | null
  } | null
  readonly opened: boolean
  readonly closed: boolean
  readonly opening: Promise<void>
  /** set once close() was called */
  readonly closing: Promise<void> | null
  readonly replicator: CoreReplicator
  /** sessions that keep the core open (weak ones do not) */
  readonly activeSessions: number
  readonly monitors: readonly Hypercore<unknown>[]
  readonly state: {
    readonly length: number
    readonly byteLength: number
    readonly fork: number
    readonly storage: CoreStorage
  } | null
  /** one assignable slot: called when no session, peer or write is left */
  onidle: () => void
  /** one assignable slot: called when a core of a group changed */
  ongroupupdate: (topic: Uint8Array, update: GroupUpdate) => void
  ready(): Promise<void>
  /** @returns null when its root was lost and so, unless `dryRun`, all of it was deleted */
  audit(opts?: { dryRun?: boolean }): Promise<AuditResult | null>
  /** @throws when sessions are still open */
  close(): Promise<void>
  hasSession(): boolean
  checkIfIdle(): void
  allSessions(): Hypercore<unknown>[]
  closeAllSessions(err: Error | null): Promise<void>
}
