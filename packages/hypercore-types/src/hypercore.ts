import type { CompactEncoding, Decoded, Encoder, ValueEncoding } from './encoding.js'
import type { EventSource } from './event-source.js'
import type { CoreReplicator, InnerCore, Peer } from './inner-core.js'
import type { PublicKeyPair } from './key-pair.js'
import type { Manifest } from './manifest.js'
import type { NodeWritable } from './node.js'
import type { NoiseStream, ProtocolStream, Protomux, ReplicationStream } from './protocol-stream.js'
import type { ReadableStream, WritableStream } from './streams.js'

/** Encrypts and decrypts blocks in place. Source: hypercore 11.37.1 lib/default-encryption.js. */
export interface Encryption {
  /** bytes put before each block */
  padding(core: InnerCore, index: number): number
  encrypt(index: number, block: Uint8Array, fork: number, core: InnerCore): Promise<void> | void
  decrypt(index: number, block: Uint8Array, core: InnerCore): Promise<void> | void
}

/** A 32-byte key, a key with its kind, or a provider of one's own. */
export type EncryptionOption = Uint8Array | { key: Uint8Array; block?: boolean } | Encryption

/** Options of `core.session()` and `core.snapshot()`; `T` is what a block decodes to. */
export interface SessionOptions<T = unknown> {
  valueEncoding?: ValueEncoding<T> | null
  encodeBatch?: ((batch: unknown[]) => Uint8Array[]) | null
  /** false = read-only session */
  writable?: boolean
  /** false = a weak session does not keep its core open */
  weak?: boolean
  active?: boolean
  exclusive?: boolean
  snapshot?: boolean
  /** false = reads of missing blocks give null instead of asking peers */
  wait?: boolean
  /** ms; 0 = none */
  timeout?: number
  onwait?: ((index: number, core: Hypercore<unknown>) => void) | null
  onseq?: ((index: number, core: Hypercore<unknown>) => void) | null
  /** a named session is a batch that survives a restart */
  name?: string
  checkout?: number
  atom?: object | null
  keyPair?: PublicKeyPair | null
  encryption?: EncryptionOption | null
}

export interface GetBlockOptions<V = unknown> {
  valueEncoding?: ValueEncoding<V>
  wait?: boolean
  timeout?: number
  onwait?: (index: number, core: Hypercore<unknown>) => void
  decrypt?: boolean
  raw?: boolean
  force?: boolean
}

/** What can be appended: a value, bytes as they are, and without an encoding text as UTF-8. */
export type Block<T> = T | Uint8Array | ([T] extends [Uint8Array] ? string : never)

export interface AppendOptions {
  keyPair?: PublicKeyPair | null
  /** 64 bytes, or what a multisig manifest wants */
  signature?: Uint8Array | null
  writable?: boolean
  maxLength?: number
}

export interface TruncateOptions {
  fork?: number
  keyPair?: PublicKeyPair | null
  signature?: Uint8Array | null
}

export interface ReadStreamOptions {
  /** first block; default 0 */
  start?: number
  /** one past the last block; default: the length */
  end?: number
  live?: boolean
  snapshot?: boolean
  wait?: boolean
  timeout?: number
}

export interface ByteStreamOptions {
  byteOffset?: number
  byteLength?: number
  /** blocks to fetch ahead; default 32 */
  prefetch?: number
}

/** Blocks `[start, end)` to fetch; `end: -1` = up to whatever length the core gets. */
export interface DownloadRange {
  start?: number
  end?: number
  length?: number
  linear?: boolean
  blocks?: readonly number[] | Set<number>
}

export interface Download {
  done(): Promise<boolean>
  destroy(): void
}

export interface AuditResult {
  treeNodes: number
  blocks: number
  bits: number
  droppedTreeNodes: number
  droppedBlocks: number
  droppedBits: number
  corrupt: boolean
}

export interface CoreStats {
  key: Uint8Array
  discoveryKey: Uint8Array
  length: number
  contiguousLength: number
  byteLength: number
  fork: number
  padding: number
}

/** Which part of the tree `proof()` proves. A block or hash cannot go with a seek while upgrading. */
export interface ProofRequest {
  block?: { index: number; nodes: number }
  hash?: { index: number; nodes: number }
  seek?: { bytes: number; padding?: number }
  upgrade?: { start: number; length: number }
}

export interface ExtensionHandlers<M = Uint8Array> {
  encoding?: ValueEncoding<M>
  onmessage?: (message: M, peer: Peer) => void
}

export interface Extension<M = Uint8Array> {
  readonly name: string
  send(message: M, peer: Peer): void
  broadcast(message: M): void
  destroy(): void
}

export interface HypercoreEvents {
  ready: []
  close: []
  append: []
  truncate: [length: number, fork: number]
  'peer-add': [peer: Peer]
  'peer-remove': [peer: Peer]
  download: [index: number, byteLength: number, peer: Peer]
  upload: [index: number, byteLength: number, peer: Peer]
  conflict: [length: number, fork: number, proof: object]
  'verification-error': [err: Error, request: object, response: object, peer: Peer]
  'invalid-request': [err: Error, request: object, peer: Peer]
  'remote-contiguous-length': [length: number]
  manifest: []
  migrate: [key: Uint8Array]
  repairing: [proof: object]
  repaired: [proof: object]
  'repair-failed': []
}

/**
 * One caller's handle on a core. `T` is what a block decodes to.
 * Source: hypercore 11.37.1 index.js.
 */
export interface Hypercore<T = Uint8Array> extends EventSource<HypercoreEvents> {
  /** null until the preload has run */
  readonly core: InnerCore | null
  /** z-base-32 of the key */
  readonly id: string | null
  /** 32 bytes; null until known */
  readonly key: Uint8Array | null
  /** 32 bytes; null until known */
  readonly discoveryKey: Uint8Array | null
  readonly keyPair: PublicKeyPair | null
  readonly manifest: Manifest | null
  readonly encryption: Encryption | null
  readonly valueEncoding: CompactEncoding<T> | null
  readonly encodeBatch: ((batch: unknown[]) => Uint8Array[]) | null
  /** false = reads of missing blocks give null instead of asking peers */
  readonly wait: boolean
  /** ms; 0 = none */
  readonly timeout: number
  /** null until the preload has run */
  readonly replicator: CoreReplicator | null
  /** all sessions that share this one's list */
  readonly sessions: Hypercore<unknown>[]
  readonly peers: readonly Peer[]
  /** blocks; 0 until opened */
  readonly length: number
  readonly signedLength: number
  readonly contiguousLength: number
  readonly remoteContiguousLength: number
  /** bytes without padding; 0 until opened */
  readonly byteLength: number
  readonly fork: number
  readonly padding: number
  readonly readable: boolean
  readonly writable: boolean
  readonly exclusive: boolean
  readonly weak: boolean
  readonly snapshotted: boolean
  readonly opened: boolean
  readonly closed: boolean
  readonly opening: Promise<void>
  readonly closing: Promise<void> | null

  ready(): Promise<void>
  close(opts?: { error?: Error | null }): Promise<void>

  get(index: number, opts: GetBlockOptions & { wait: false }): Promise<T | null>
  get<V>(
    index: number,
    opts: Omit<GetBlockOptions, 'valueEncoding'> & { valueEncoding: Encoder<V> }
  ): Promise<V>
  get<E extends ValueEncoding>(
    index: number,
    opts: GetBlockOptions & { valueEncoding: E }
  ): Promise<Decoded<E>>
  get<V>(index: number, opts: GetBlockOptions<V> & { valueEncoding: ValueEncoding<V> }): Promise<V>
  get(index: number, opts?: GetBlockOptions): Promise<T>
  has(start: number, end?: number): Promise<boolean>
  /** How many blocks of [start, end) are stored here. Since Hypercore 11.39. */
  count(start: number, end: number): Promise<number>
  append(
    blocks: Block<T> | readonly Block<T>[],
    opts?: AppendOptions
  ): Promise<{ length: number; byteLength: number }>
  truncate(length?: number, opts?: TruncateOptions | number): Promise<void>
  clear(start: number, end?: number, opts?: { diff?: boolean }): Promise<{ blocks: number } | null>
  update(opts?: { wait?: boolean; force?: boolean }): Promise<boolean>
  /** @returns [block, offset within it], or null */
  seek(bytes: number, opts?: { wait?: boolean; timeout?: number }): Promise<[number, number] | null>
  /** 32 bytes */
  treeHash(length?: number): Promise<Uint8Array>
  info(opts?: { storage?: boolean }): Promise<CoreStats>
  getManifest(opts?: { raw?: false }): Manifest | null
  /** @returns the manifest as it is stored and hashed */
  getManifest(opts: { raw: true }): Uint8Array | null
  /** The bytes that a signature of this length and fork is over. */
  signable(length?: number, fork?: number): Promise<Uint8Array>
  proof(request: ProofRequest): Promise<object>
  /** @throws when the proof does not verify */
  verifyFullyRemote(proof: object): Promise<object>
  /** How many tree nodes a proof of this block needs from a remote. */
  missingNodes(index: number): Promise<number>
  /** Gives the space of cleared blocks back. */
  compact(): Promise<unknown>
  /** Closes every session of the core and deletes it from storage. Since Hypercore 11.39; before, it throws. */
  purge(): Promise<void>
  /**
   * Resolves once peers with a signed head have confirmed how long this core is. Its options: since Hypercore 11.39.
   * @param opts.timeout  ms until it rejects with REQUEST_TIMEOUT; default 0 = never
   * @param opts.settle   ms during which the peers must stay the same
   * @throws BAD_ARGUMENT when no recovery peers are configured, or this is not the core's default session
   */
  recover(opts?: { timeout?: number; settle?: number }): Promise<void>

  /** From here on `get()` marks what it reads; `sweep()` clears all that was not marked. */
  startMarking(): Promise<void>
  markBlock(start: number, end?: number): Promise<unknown>
  clearMarkings(): Promise<void>
  sweep(opts?: { batchSize?: number }): Promise<void>

  createReadStream(opts?: ReadStreamOptions): ReadableStream<T>
  createWriteStream(): WritableStream<T> & NodeWritable
  createByteStream(opts?: ByteStreamOptions): ReadableStream<Uint8Array>
  download(range?: DownloadRange): Download

  /** Another session of the same core. It does not take over this one's value encoding. */
  session<V>(opts: Omit<SessionOptions, 'valueEncoding'> & { valueEncoding: Encoder<V> }): Hypercore<V>
  session<E extends ValueEncoding>(opts: SessionOptions & { valueEncoding: E }): Hypercore<Decoded<E>>
  session(opts?: SessionOptions & { valueEncoding?: 'binary' | null }): Hypercore
  session<V>(opts: SessionOptions<V>): Hypercore<V>
  /** A session that stays as the core is now. It does not take over this one's value encoding. */
  snapshot<V>(opts: Omit<SessionOptions, 'valueEncoding'> & { valueEncoding: Encoder<V> }): Hypercore<V>
  snapshot<E extends ValueEncoding>(opts: SessionOptions & { valueEncoding: E }): Hypercore<Decoded<E>>
  snapshot(opts?: SessionOptions & { valueEncoding?: 'binary' | null }): Hypercore
  snapshot<V>(opts: SessionOptions<V>): Hypercore<V>
  commit(session: Hypercore<unknown>, opts?: object): Promise<unknown>

  getUserData(key: string): Promise<Uint8Array | null>
  setUserData(key: string, value: Uint8Array | string): Promise<void>
  setGroup(topic: Uint8Array): Promise<void>
  setKeyPair(keyPair: PublicKeyPair): void
  setEncryption(encryption: Encryption | null): Promise<void>
  setEncryptionKey(key: Uint8Array, opts?: { block?: boolean }): Promise<void>
  setActive(active: boolean): void
  setAlwaysLatestBlock(enabled: boolean): Promise<void>

  /** @returns what to call once peers have been looked for */
  findingPeers(): () => void
  replicate(isInitiator: boolean | ProtocolStream | NoiseStream, opts?: object): ReplicationStream
  replicate(mux: Protomux): Protomux
  registerExtension<M = Uint8Array>(name: string, handlers?: ExtensionHandlers<M>): Extension<M>
}
