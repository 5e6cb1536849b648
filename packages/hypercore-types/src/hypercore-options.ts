import type { EncryptionOption, SessionOptions } from './hypercore.js'
import type { InnerCore } from './inner-core.js'
import type { ManifestInput } from './manifest.js'
import type { CorestoreStorage } from './storage.js'

/** Options that make or open the shared core; the first caller's count. */
export interface CoreOptions {
  /** false = STORAGE_EMPTY instead of a new core; default true */
  createIfMissing?: boolean
  /** true = what is stored under this key is discarded */
  overwrite?: boolean
  force?: boolean
  /** 32 bytes; groups cores whose updates are listed together */
  group?: Uint8Array | null
  /** false = a peer's longer fork is not followed; default true */
  allowFork?: boolean
  allowPush?: boolean
  allowLatestBlock?: boolean
  /** [fewest, most] blocks requested at once from one peer */
  inflightRange?: [number, number] | null
  /** ms a core stays announced after its last active session */
  notDownloadingLinger?: number
  legacy?: boolean
  globalCache?: object | null
}

/** Options of `new Hypercore(storage, options)`; `T` is what a block decodes to. */
export interface HypercoreOptions<T = unknown> extends CoreOptions, SessionOptions<T> {
  storage?: string | CorestoreStorage | null
  /** the shared core, where it is open already */
  core?: InnerCore | null
  /** 32 bytes, hex or z-base-32; default: the stored core, or a new one */
  key?: Uint8Array | string | null
  /** 32 bytes */
  discoveryKey?: Uint8Array | null
  manifest?: ManifestInput | null
  /** true = the key is the public key itself, as in Hypercore 10 */
  compat?: boolean
  encryption?: EncryptionOption | null
  /** 32 bytes */
  encryptionKey?: Uint8Array | null
  isBlockKey?: boolean
  pushOnly?: boolean
  eagerUpgrade?: boolean
  /** more options, which win over these */
  preload?: Promise<HypercoreOptions<T>> | null
}
