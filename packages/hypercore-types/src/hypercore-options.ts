import type { ValueEncoding } from './encoding.js'
import type { Hypercore } from './hypercore.js'
import type { InnerCore } from './inner-core.js'
import type { PublicKeyPair } from './key-pair.js'
import type { ManifestInput } from './manifest.js'
import type { CorestoreStorage } from './storage.js'

/** Encrypts and decrypts blocks in place. Source: hypercore 11.37.1 lib/default-encryption.js. */
export interface Encryption {
  /** How many bytes are put before each block. */
  padding(core: InnerCore, index: number): number
  /** Encrypts a block in place; its first `padding()` bytes are free for a nonce. */
  encrypt(index: number, block: Uint8Array, fork: number, core: InnerCore): Promise<void> | void
  /** Decrypts a block in place. */
  decrypt(index: number, block: Uint8Array, core: InnerCore): Promise<void> | void
}

/** A 32-byte key, a key with its kind, or a provider of one's own. */
export type EncryptionOption =
  | Uint8Array
  | {
      /** 32 bytes. */
      key: Uint8Array
      /** True: the key is used as it is, and not as a secret that the block key is derived from. Default: false. */
      block?: boolean
    }
  | Encryption

/** Options of `core.session()` and `core.snapshot()`; `T` is what a block decodes to. */
export interface SessionOptions<T = unknown> {
  /** How blocks become values and back. Default: 'binary'. */
  valueEncoding?: ValueEncoding<T> | null
  /** Encodes all values of one `append()` together; `valueEncoding` is then not applied on writing. */
  encodeBatch?: ((batch: unknown[]) => Uint8Array[]) | null
  /** False: a session that cannot write. Default: true. */
  writable?: boolean
  /** True: the session does not keep its core open. Default: false. */
  weak?: boolean
  /** Whether the session wants data from peers. Default: true. */
  active?: boolean
  /** True: waits until it is the only exclusive session of the core. Default: false. */
  exclusive?: boolean
  /** True: the session stays as the core is now. Default: false. */
  snapshot?: boolean
  /** Whether reads of missing blocks ask peers; false: they give null. Default: true. */
  wait?: boolean
  /** How long a read waits for peers, in milliseconds; 0: without end. Default: 0. */
  timeout?: number
  /** Called before a read waits for peers. */
  onwait?: ((index: number, core: Hypercore<unknown>) => void) | null
  /** Called with the index of every block that is read, before it is. */
  onseq?: ((index: number, core: Hypercore<unknown>) => void) | null
  /** Name of a session whose writes are a batch of their own, which survives a restart. */
  name?: string
  /** The length to open a named session or snapshot at, in blocks. */
  checkout?: number
  /** Writes go into this atom of the storage, and become visible with it. */
  atom?: object | null
  /** What the session signs with. Default: the key pair stored with the core. */
  keyPair?: PublicKeyPair | null
  /** How blocks are encrypted; null: not at all. */
  encryption?: EncryptionOption | null
}

/** Options that make or open the shared core; the first caller's count. */
export interface CoreOptions {
  /** Whether a core that is not stored is created; false: STORAGE_EMPTY instead. Default: true. */
  createIfMissing?: boolean
  /** Whether what is stored under this key is discarded. Default: false. */
  overwrite?: boolean
  /** With `key`: discards what is stored if it is another core. */
  force?: boolean
  /** 32 bytes: the topic of a group of cores whose updates are listed together. */
  group?: Uint8Array | null
  /** Whether a peer's longer fork is followed. Default: true. */
  allowFork?: boolean
  /** Whether blocks that peers send unasked are accepted. Default: false. */
  allowPush?: boolean
  /** Whether a request for a new length asks for the last block as well. Default: false. */
  allowLatestBlock?: boolean
  /** [fewest, most] blocks requested from one peer at once. */
  inflightRange?: [number, number] | null
  /**
   * How long a core is still announced as wanting data after its last active session, in milliseconds. Default:
   * a random time from 20,000 to 40,000.
   */
  notDownloadingLinger?: number
  /**
   * Whether signatures of a compat core are over the bytes that the first versions of Hypercore 10 signed.
   * Default: false.
   */
  legacy?: boolean
  /** A cache of blocks that several cores share, such as rache; Hypercore promises nothing about it. */
  globalCache?: object | null
}

/** Options of `new Hypercore(storage, options)`; `T` is what a block decodes to. */
export interface HypercoreOptions<T = unknown> extends CoreOptions, SessionOptions<T> {
  /** Where the bytes live, if it is not given as the first argument. */
  storage?: string | CorestoreStorage | null
  /** The shared core, if it is open already. */
  core?: InnerCore | null
  /** 32 bytes, hex or z-base-32. Default: the stored core, or a new one. */
  key?: Uint8Array | string | null
  /** 32 bytes. */
  discoveryKey?: Uint8Array | null
  /** Who may sign a core that is created; the key follows from it. */
  manifest?: ManifestInput | null
  /** Whether the key is the public key itself, as in Hypercore 10. */
  compat?: boolean
  /** How blocks are encrypted; null: not at all. */
  encryption?: EncryptionOption | null
  /** 32 bytes: a key for Hypercore's own encryption. */
  encryptionKey?: Uint8Array | null
  /** Whether `encryptionKey` is used as it is, and not as a secret that the block key is derived from. */
  isBlockKey?: boolean
  /**
   * True: requests nothing from peers, unless a read says `force`; they push. Counts for all sessions of the
   * core.
   */
  pushOnly?: boolean
  /** Whether peers are asked for a new length as soon as they announce one. Default: true. */
  eagerUpgrade?: boolean
  /** More options, which take precedence over these. */
  preload?: Promise<HypercoreOptions<T>> | null
}
