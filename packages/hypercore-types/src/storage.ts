import type { KeyPair, PublicKeyPair } from './key-pair.js'
import type { Manifest } from './manifest.js'
import type { ReadableStream } from './streams.js'

/** A name within a namespace. */
export interface CoreAlias {
  name: string
  /** 32 bytes */
  namespace: Uint8Array
}

/** One row of `createAliasStream()`. */
export interface AliasEntry {
  alias: CoreAlias
  /** 32 bytes */
  discoveryKey: Uint8Array
}

/** Who a stored core is. */
export interface CoreAuth {
  /** 32 bytes */
  key: Uint8Array
  /** 32 bytes */
  discoveryKey: Uint8Array
  manifest: Manifest | null
  keyPair: PublicKeyPair | null
  encryptionKey?: Uint8Array | null
}

/** One row of `createCoreStream()`. */
export interface StoredCore {
  /** 32 bytes */
  discoveryKey: Uint8Array
  core: { version: number; corePointer: number; dataPointer: number; alias: CoreAlias | null }
}

/** What `getInfo()` finds without opening the core; null in a member = not asked for. */
export interface CoreInfo {
  discoveryKey: Uint8Array
  core: StoredCore['core']
  auth: CoreAuth | null
  head: { length: number; fork: number; rootHash: Uint8Array; signature: Uint8Array | null } | null
  hints: { contiguousLength: number; remoteContiguousLength: number; recovering: number } | null
}

/** Reads of one core that go to the database together, at `tryFlush()`. */
export interface CoreRead {
  getHead(): Promise<{
    length: number
    fork: number
    rootHash: Uint8Array
    signature: Uint8Array | null
  } | null>
  getAuth(): Promise<CoreAuth | null>
  tryFlush(): void
}

/** One core's own storage. Source: hypercore-storage 3.3.1 index.js, class HypercoreStorage. */
export interface CoreStorage {
  readonly core: { corePointer: number; dataPointer: number }
  read(): CoreRead
}

/** Writes to several cores that become visible together, at `flush()`. */
export interface StorageAtom {
  flush(): Promise<void>
  flushed(): Promise<void>
}

/**
 * What Hypercore 11 takes as storage: an instance of hypercore-storage.
 * Source: hypercore-storage 3.3.1 index.js, class CorestoreStorage.
 */
export interface CorestoreStorage {
  /** the directory, or a path that cannot exist when the store is not on disk */
  readonly path: string
  readonly readOnly: boolean
  readonly opened: boolean
  readonly closed: boolean
  /** 0 before open, then the version of the stored layout */
  readonly version: number
  ready(): Promise<void>
  close(): Promise<void>
  flush(): Promise<void>
  suspend(opts?: { log?: (message: string) => unknown }): Promise<void>
  resume(): Promise<void>
  compact(opts?: object): Promise<void>
  audit(): Promise<void>
  createAtom(): StorageAtom
  /** 32 bytes; null in a store without a primary key */
  getSeed(): Promise<Uint8Array | null>
  /** @returns the seed that is stored after the call */
  setSeed(seed: Uint8Array, opts?: { overwrite?: boolean }): Promise<Uint8Array>
  /** @returns the discovery key stored under a name, or null */
  getAlias(alias: CoreAlias): Promise<Uint8Array | null>
  getAuth(discoveryKey: Uint8Array): Promise<CoreAuth | null>
  /** @returns null when it is not stored */
  getInfo(
    discoveryKey: Uint8Array,
    opts?: { auth?: boolean; head?: boolean; hints?: boolean }
  ): Promise<CoreInfo | null>
  getGroup(topic: Uint8Array): Promise<number | null>
  getDefaultDiscoveryKey(): Promise<Uint8Array | null>
  setDefaultDiscoveryKey(discoveryKey: Uint8Array, opts?: { overwrite?: boolean }): Promise<Uint8Array>
  hasCore(discoveryKey: Uint8Array, opts?: { ifMigrated?: boolean }): Promise<boolean>
  /** @returns the core's own storage, or null when it is not stored */
  resumeCore(discoveryKey: Uint8Array): Promise<CoreStorage | null>
  createCore(core: {
    key: Uint8Array
    discoveryKey: Uint8Array
    manifest: Manifest | null
    keyPair?: KeyPair | null
    alias?: CoreAlias | null
    encryptionKey?: Uint8Array | null
    core?: { corePointer: number; dataPointer: number }
  }): Promise<object>
  export(discoveryKey: Uint8Array, opts?: { batches?: boolean }): Promise<object | null>
  createCoreStream(): ReadableStream<StoredCore>
  createAliasStream(namespace: Uint8Array): ReadableStream<AliasEntry>
  /** 32 bytes a row, of one namespace or of all */
  createDiscoveryKeyStream(namespace?: Uint8Array): ReadableStream<Uint8Array>
  createGroupUpdateStream(
    group: number,
    opts?: { since?: number; reverse?: boolean }
  ): ReadableStream<Uint8Array>
}
