import type { CompactEncoding, Decoded, Encoder, ValueEncoding } from './encoding.js'
import type { EventSource } from './event-source.js'
import type {
  AppendOptions,
  Block,
  ByteStreamOptions,
  CoreStats,
  Download,
  DownloadRange,
  Extension,
  ExtensionHandlers,
  GetBlockOptions,
  ProofRequest,
  ReadStreamOptions,
  TruncateOptions
} from './hypercore-calls.js'
import type { Encryption, SessionOptions } from './hypercore-options.js'
import type { CoreReplicator, InnerCore, Peer } from './inner-core.js'
import type { PublicKeyPair } from './key-pair.js'
import type { Manifest } from './manifest.js'
import type { NodeWritable } from './node.js'
import type { NoiseStream, ProtocolStream, Protomux, ReplicationStream } from './protocol-stream.js'
import type { ReadableStream, WritableStream } from './streams.js'

/** The events of a session, with the arguments of their listeners. */
export interface HypercoreEvents {
  /** The session is open. */
  ready: []
  /** The session is closed. */
  close: []
  /** The core became longer, by an append or because a peer announced it. */
  append: []
  /** The core became shorter, and its fork changed. */
  truncate: [length: number, fork: number]
  /** A remote begins to replicate the core with us. */
  'peer-add': [peer: Peer]
  /** A remote has stopped. */
  'peer-remove': [peer: Peer]
  /** A block arrived from a peer. */
  download: [index: number, byteLength: number, peer: Peer]
  /** A block was sent to a peer. */
  upload: [index: number, byteLength: number, peer: Peer]
  /** Two blocks are signed for one place; the core's sessions close. */
  conflict: [length: number, fork: number, proof: object]
  /** A peer sent data that its proof does not prove. It was not stored. */
  'verification-error': [err: Error, request: object, response: object, peer: Peer]
  /** A peer sent a request that is invalid. */
  'invalid-request': [err: Error, request: object, peer: Peer]
  /** A peer has more blocks from 0 on than any before. */
  'remote-contiguous-length': [length: number]
  /** The manifest became known. */
  manifest: []
  /** The core goes on under another key. */
  migrate: [key: Uint8Array]
  /** A lost tree root is being asked for. */
  repairing: [proof: object]
  /** The lost tree root was found. */
  repaired: [proof: object]
  /** The lost tree root was not found. */
  'repair-failed': []
}

/**
 * One caller's handle on a core. `T` is what a block decodes to.
 * Source: hypercore 11.37.1 index.js.
 */
export interface Hypercore<T = Uint8Array> extends EventSource<HypercoreEvents> {
  /** The shared core; null until the preload has run. */
  readonly core: InnerCore | null
  /** The key in z-base-32; null until known. */
  readonly id: string | null
  /** 32 bytes; null until known. */
  readonly key: Uint8Array | null
  /** 32 bytes; null until known. */
  readonly discoveryKey: Uint8Array | null
  /** What the session signs with; null if it cannot. */
  readonly keyPair: PublicKeyPair | null
  /** Who may sign the core; null until known. */
  readonly manifest: Manifest | null
  /** How blocks are encrypted; null: not at all. */
  readonly encryption: Encryption | null
  /** How blocks become values and back; null: raw bytes. */
  readonly valueEncoding: CompactEncoding<T> | null
  /** Encodes all values of one `append()` together; null: each by `valueEncoding`. */
  readonly encodeBatch: ((batch: unknown[]) => Uint8Array[]) | null
  /** Whether reads of missing blocks ask peers; false: they give null. */
  readonly wait: boolean
  /** How long a read waits for peers, in milliseconds; 0: without end. */
  readonly timeout: number
  /** The core's replication with all peers; null until the preload has run. */
  readonly replicator: CoreReplicator | null
  /** All sessions that share this one's list. */
  readonly sessions: Hypercore<unknown>[]
  /** The remotes that replicate this core with us now; empty until open. */
  readonly peers: readonly Peer[]
  /** Blocks; 0 until open. */
  readonly length: number
  /** Blocks that are signed; less than `length` in a session with writes of its own. 0 until open. */
  readonly signedLength: number
  /** Blocks from 0 on that are stored here without a gap; 0 until open. */
  readonly contiguousLength: number
  /** The most blocks from 0 on that any peer was seen to have without a gap; 0 until open. */
  readonly remoteContiguousLength: number
  /** Bytes of all blocks, without padding; 0 until open. */
  readonly byteLength: number
  /** The fork: one more with each truncation. 0 until open. */
  readonly fork: number
  /** Bytes put before each block by encryption. */
  readonly padding: number
  /** Whether reads are possible: false once the session is closing. */
  readonly readable: boolean
  /** Whether appends are possible: it has a secret key and was not opened read-only. False until open. */
  readonly writable: boolean
  /** Whether it holds the lock that one session of the core can have. */
  readonly exclusive: boolean
  /** Whether it does not keep its core open. */
  readonly weak: boolean
  /** Whether it stays as the core was when it was made. */
  readonly snapshotted: boolean
  /** Whether it is open. */
  readonly opened: boolean
  /** Whether it has closed. */
  readonly closed: boolean
  /** Settles when opening has succeeded or failed. */
  readonly opening: Promise<void>
  /** Settles when closing has; null until `close()` was called. */
  readonly closing: Promise<void> | null

  /** Resolves once it is open; rejects if that failed. */
  ready(): Promise<void>
  /** Closes this session. The core closes with the last one that keeps it open. */
  close(opts?: { error?: Error | null }): Promise<void>

  /**
   * Reads a block; asks peers if it is not stored here, unless `wait` is false, and then gives null.
   * @param index  of the block, from 0
   * @throws REQUEST_TIMEOUT after `timeout`; SESSION_CLOSED; SNAPSHOT_NOT_AVAILABLE in a snapshot that outlived
   *   a truncation
   */
  get(index: number, opts: GetBlockOptions & { wait: false }): Promise<T | null>
  /** The same with a codec, which says the type of the value. */
  get<V>(
    index: number,
    opts: Omit<GetBlockOptions, 'valueEncoding'> & { valueEncoding: Encoder<V> }
  ): Promise<V>
  /** The same with an encoding by name. */
  get<E extends ValueEncoding>(
    index: number,
    opts: GetBlockOptions & { valueEncoding: E }
  ): Promise<Decoded<E>>
  /** The same with options of the type `GetBlockOptions<V>`. */
  get<V>(index: number, opts: GetBlockOptions<V> & { valueEncoding: ValueEncoding<V> }): Promise<V>
  /** The same with the session's own encoding. */
  get(index: number, opts?: GetBlockOptions): Promise<T>
  /** Whether all blocks of [start, end) are stored here. Default of `end`: one block. */
  has(start: number, end?: number): Promise<boolean>
  /** How many blocks of [start, end) are stored here. Since Hypercore 11.39. */
  count(start: number, end: number): Promise<number>
  /**
   * Appends one value or several, all or none of them.
   * @returns length in blocks and bytes afterwards
   * @throws SESSION_NOT_WRITABLE, SESSION_CLOSED, BAD_ARGUMENT for a block of more than 15 MiB
   */
  append(
    blocks: Block<T> | readonly Block<T>[],
    opts?: AppendOptions
  ): Promise<{ length: number; byteLength: number }>
  /**
   * Makes the core shorter.
   * @param length  in blocks, default 0
   * @throws SESSION_NOT_WRITABLE, SESSION_CLOSED
   */
  truncate(length?: number, opts?: TruncateOptions | number): Promise<void>
  /**
   * Deletes stored blocks of [start, end), which stay part of the core.
   * @returns how many there were, with `diff`, else null
   */
  clear(start: number, end?: number, opts?: { diff?: boolean }): Promise<{ blocks: number } | null>
  /**
   * Asks peers for a new length.
   * @returns whether there was one; always false in a writable core, unless `force`
   */
  update(opts?: { wait?: boolean; force?: boolean }): Promise<boolean>
  /**
   * Finds the block that has a byte.
   * @returns [index, offset within the block], or null
   */
  seek(bytes: number, opts?: { wait?: boolean; timeout?: number }): Promise<[number, number] | null>
  /** Hash of the Merkle tree at a length, 32 bytes. Default: the length now. */
  treeHash(length?: number): Promise<Uint8Array>
  /** Keys, lengths and fork, once the core is open. */
  info(opts?: { storage?: boolean }): Promise<CoreStats>
  /** Who may sign the core, or null. */
  getManifest(opts?: { raw?: false }): Manifest | null
  /** With `raw`, the manifest's bytes as they are hashed and sent to peers. */
  getManifest(opts: { raw: true }): Uint8Array | null
  /** The bytes that a signature of this length and fork is over. */
  signable(length?: number, fork?: number): Promise<Uint8Array>
  /** A proof of what the request asks for, to be sent to a remote. */
  proof(request: ProofRequest): Promise<object>
  /**
   * Verifies a proof without storing anything.
   * @throws if it does not verify
   */
  verifyFullyRemote(proof: object): Promise<object>
  /** How many tree nodes are missing here for a proof of this block from a remote. */
  missingNodes(index: number): Promise<number>
  /** Frees the space of cleared blocks. */
  compact(): Promise<unknown>
  /** Closes every session of the core and deletes it from storage. Since Hypercore 11.39; before, it throws. */
  purge(): Promise<void>
  /**
   * Resolves once peers with a signed head have confirmed how long this core is. Its options: since Hypercore 11.39.
   * @param opts.timeout  ms until it rejects with REQUEST_TIMEOUT; default 0 = never
   * @param opts.settle   ms during which the peers must stay the same
   * @throws BAD_ARGUMENT if no recovery peers are configured, or this is not the core's default session
   */
  recover(opts?: { timeout?: number; settle?: number }): Promise<void>

  /** From here on `get()` marks what it reads; `sweep()` clears all that was not marked. */
  startMarking(): Promise<void>
  /** Marks blocks of [start, end), so that `sweep()` keeps them. */
  markBlock(start: number, end?: number): Promise<unknown>
  /** Forgets all marks. */
  clearMarkings(): Promise<void>
  /**
   * Clears every block that is not marked.
   * @param opts.batchSize  how many ranges are cleared at once, default 1000
   */
  sweep(opts?: { batchSize?: number }): Promise<void>

  /** The values of blocks `[start, end)`, in order. */
  createReadStream(opts?: ReadStreamOptions): ReadableStream<T>
  /** A stream that appends each value that is written to it. */
  createWriteStream(): WritableStream<T> & NodeWritable
  /** The bytes of a range, across blocks. */
  createByteStream(opts?: ByteStreamOptions): ReadableStream<Uint8Array>
  /** Fetches blocks in the background. */
  download(range?: DownloadRange): Download

  /** Another session of the same core. It does not take over this one's value encoding. */
  session<V>(opts: Omit<SessionOptions, 'valueEncoding'> & { valueEncoding: Encoder<V> }): Hypercore<V>
  /** The same with an encoding by name. */
  session<E extends ValueEncoding>(opts: SessionOptions & { valueEncoding: E }): Hypercore<Decoded<E>>
  /** The same without an encoding: a block is bytes. */
  session(opts?: SessionOptions & { valueEncoding?: 'binary' | null }): Hypercore
  /** The same with options of the type `SessionOptions<V>`. */
  session<V>(opts: SessionOptions<V>): Hypercore<V>
  /** A session that stays as the core is now. It does not take over this one's value encoding. */
  snapshot<V>(opts: Omit<SessionOptions, 'valueEncoding'> & { valueEncoding: Encoder<V> }): Hypercore<V>
  /** The same with an encoding by name. */
  snapshot<E extends ValueEncoding>(opts: SessionOptions & { valueEncoding: E }): Hypercore<Decoded<E>>
  /** The same without an encoding: a block is bytes. */
  snapshot(opts?: SessionOptions & { valueEncoding?: 'binary' | null }): Hypercore
  /** The same with options of the type `SessionOptions<V>`. */
  snapshot<V>(opts: SessionOptions<V>): Hypercore<V>
  /**
   * Takes the blocks of a session with a name or an atom over into this one.
   * @returns null if they do not fit
   */
  commit(session: Hypercore<unknown>, opts?: object): Promise<unknown>

  /** Bytes stored beside the core under a key, or null. */
  getUserData(key: string): Promise<Uint8Array | null>
  /** Stores bytes beside the core under a key; they are not replicated. */
  setUserData(key: string, value: Uint8Array | string): Promise<void>
  /** Puts the core into the group with this topic, 32 bytes. */
  setGroup(topic: Uint8Array): Promise<void>
  /** Sets what this session signs with. */
  setKeyPair(keyPair: PublicKeyPair): void
  /** Sets how blocks are encrypted; null: not at all. */
  setEncryption(encryption: Encryption | null): Promise<void>
  /** Encrypts with this key, 32 bytes, by Hypercore's own encryption. */
  setEncryptionKey(key: Uint8Array, opts?: { block?: boolean }): Promise<void>
  /** Sets whether this session wants data from peers. */
  setActive(active: boolean): void
  /** Sets whether a request for a new length asks for the last block as well; counts for all sessions. */
  setAlwaysLatestBlock(enabled: boolean): Promise<void>

  /**
   * Makes reads and updates wait for peers to be found.
   * @returns a function to call once they have been looked for
   */
  findingPeers(): () => void
  /** Replicates this one core over a stream. */
  replicate(isInitiator: boolean | ProtocolStream | NoiseStream, opts?: object): ReplicationStream
  /** The same over a Protomux, which is returned. */
  replicate(mux: Protomux): Protomux
  /** Sends and receives messages of the application's own on this core's channels. */
  registerExtension<M = Uint8Array>(name: string, handlers?: ExtensionHandlers<M>): Extension<M>
}
