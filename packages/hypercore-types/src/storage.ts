import type { KeyPair, PublicKeyPair } from './key-pair.js'
import type { Manifest } from './manifest.js'
import type { ReadableStream } from './streams.js'

/** A name within a namespace. */
export interface CoreAlias {
  /** The name that the core was created under. */
  name: string
  /** 32 bytes. */
  namespace: Uint8Array
}

/** One row of `createAliasStream()`. */
export interface AliasEntry {
  /** The name and its namespace. */
  alias: CoreAlias
  /** 32 bytes. */
  discoveryKey: Uint8Array
}

/** Who a stored core is. */
export interface CoreAuth {
  /** 32 bytes. */
  key: Uint8Array
  /** 32 bytes. */
  discoveryKey: Uint8Array
  /** Who may sign the core; null until a peer has told. */
  manifest: Manifest | null
  /** The key pair that was stored with the core; null if there is none. */
  keyPair: PublicKeyPair | null
  /** 32 bytes, if the core was stored with one. */
  encryptionKey?: Uint8Array | null
}

/** One row of `createCoreStream()`. */
export interface StoredCore {
  /** 32 bytes. */
  discoveryKey: Uint8Array
  /** The core's record: its version, where its data lies, and its name. */
  core: { version: number; corePointer: number; dataPointer: number; alias: CoreAlias | null }
}

/** What `getInfo()` finds without opening the core; null in a member = not asked for. */
export interface CoreInfo {
  /** 32 bytes. */
  discoveryKey: Uint8Array
  /** The core's record. */
  core: StoredCore['core']
  /** Key, manifest and key pair. */
  auth: CoreAuth | null
  /** Length in blocks, fork, root hash (32 bytes) and signature; null in a core without blocks too. */
  head: { length: number; fork: number; rootHash: Uint8Array; signature: Uint8Array | null } | null
  /** Contiguous lengths in blocks, here and at remotes, and what is being recovered. */
  hints: { contiguousLength: number; remoteContiguousLength: number; recovering: number } | null
}

/** Reads of one core that go to the database together, at `tryFlush()`. */
export interface CoreRead {
  /** Length in blocks, fork, root hash and signature; null in a core without blocks. */
  getHead(): Promise<{
    length: number
    fork: number
    rootHash: Uint8Array
    signature: Uint8Array | null
  } | null>
  /** Key, manifest and key pair; null if the core is not stored. */
  getAuth(): Promise<CoreAuth | null>
  /** Sends the reads of this batch to the database. */
  tryFlush(): void
}

/** One core's own storage. Source: hypercore-storage 3.3.1 index.js, class HypercoreStorage. */
export interface CoreStorage {
  /** Where the core's records and data lie in the database. */
  readonly core: { corePointer: number; dataPointer: number }
  /** Begins a batch of reads. */
  read(): CoreRead
}

/** Writes to several cores that become visible together, at `flush()`. */
export interface StorageAtom {
  /** Commits everything that was written through this atom. */
  flush(): Promise<void>
  /** Resolves once a flush that is under way is done. */
  flushed(): Promise<void>
}

/**
 * What Hypercore 11 takes as storage: an instance of hypercore-storage.
 * Source: hypercore-storage 3.3.1 index.js, class CorestoreStorage.
 */
export interface CorestoreStorage {
  /** The directory, or a path that cannot exist when the store is not on disk. */
  readonly path: string
  /** Whether nothing may be written. */
  readonly readOnly: boolean
  /** Whether it is open. */
  readonly opened: boolean
  /** Whether it is closed for good. */
  readonly closed: boolean
  /** The version of the stored layout; 0 before it is open. */
  readonly version: number
  /** Opens it; one promise, however often it is called. */
  ready(): Promise<void>
  /** Closes it and frees its lock; it cannot be opened again. */
  close(): Promise<void>
  /** Resolves once everything written before is stored. */
  flush(): Promise<void>
  /**
   * Stops all activity on disk and frees the lock, until `resume()`.
   * @param opts.log  called with a message about what is being waited for
   */
  suspend(opts?: { log?: (message: string) => unknown }): Promise<void>
  /** Takes the lock back and goes on. */
  resume(): Promise<void>
  /** Frees the space of what was deleted or overwritten. */
  compact(opts?: object): Promise<void>
  /** Repairs the manifests that an early version stored with members they must not have. */
  audit(): Promise<void>
  /** Begins a write of several cores that becomes visible at once. */
  createAtom(): StorageAtom
  /** The primary key, 32 bytes; null in a store without one. */
  getSeed(): Promise<Uint8Array | null>
  /**
   * Stores the primary key, 32 bytes.
   * @param opts.overwrite  false: only if none is stored. Default: true
   * @returns the one that is stored after the call
   */
  setSeed(seed: Uint8Array, opts?: { overwrite?: boolean }): Promise<Uint8Array>
  /** The discovery key stored under a name, 32 bytes, or null. */
  getAlias(alias: CoreAlias): Promise<Uint8Array | null>
  /** Key, manifest and key pair of a core; null if it is not stored. */
  getAuth(discoveryKey: Uint8Array): Promise<CoreAuth | null>
  /** What is known of a core without opening it; null if it is not stored. */
  getInfo(
    discoveryKey: Uint8Array,
    opts?: { auth?: boolean; head?: boolean; hints?: boolean }
  ): Promise<CoreInfo | null>
  /** The number of the group with this topic (32 bytes), or null. */
  getGroup(topic: Uint8Array): Promise<number | null>
  /** Discovery key of the core that `new Hypercore(storage)` opens, 32 bytes, or null. */
  getDefaultDiscoveryKey(): Promise<Uint8Array | null>
  /**
   * Stores which core that is.
   * @param opts.overwrite  false: only if none is stored. Default: true
   * @returns the one that is stored after the call
   */
  setDefaultDiscoveryKey(discoveryKey: Uint8Array, opts?: { overwrite?: boolean }): Promise<Uint8Array>
  /**
   * Whether the core is stored.
   * @param opts.ifMigrated  true: and has been converted to this layout
   */
  hasCore(discoveryKey: Uint8Array, opts?: { ifMigrated?: boolean }): Promise<boolean>
  /** The storage of a stored core, or null. */
  resumeCore(discoveryKey: Uint8Array): Promise<CoreStorage | null>
  /** Stores a new, empty core, and returns its storage. */
  createCore(core: {
    key: Uint8Array
    discoveryKey: Uint8Array
    manifest: Manifest | null
    keyPair?: KeyPair | null
    alias?: CoreAlias | null
    encryptionKey?: Uint8Array | null
    core?: { corePointer: number; dataPointer: number }
  }): Promise<object>
  /** The records of a core as they are stored, or null if it is not. */
  export(discoveryKey: Uint8Array, opts?: { batches?: boolean }): Promise<object | null>
  /** Every stored core, in order of discovery keys. */
  createCoreStream(): ReadableStream<StoredCore>
  /** The names of a namespace (32 bytes), in order. */
  createAliasStream(namespace: Uint8Array): ReadableStream<AliasEntry>
  /** Discovery keys, 32 bytes each: of one namespace, or of all stored cores. */
  createDiscoveryKeyStream(namespace?: Uint8Array): ReadableStream<Uint8Array>
  /**
   * Keys of the cores of a group, 32 bytes each, in the order of their last updates.
   * @param opts.since  a timestamp in milliseconds: only updates from then on
   */
  createGroupUpdateStream(
    group: number,
    opts?: { since?: number; reverse?: boolean }
  ): ReadableStream<Uint8Array>
}
