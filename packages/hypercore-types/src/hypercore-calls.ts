import type { ValueEncoding } from './encoding.js'
import type { Hypercore } from './hypercore.js'
import type { Peer } from './inner-core.js'
import type { PublicKeyPair } from './key-pair.js'

/** Options of `core.get()`. */
export interface GetBlockOptions<V = unknown> {
  /** How the block becomes a value. Default: the session's. */
  valueEncoding?: ValueEncoding<V>
  /** Whether to ask peers for a missing block; false: null instead. Default: the session's. */
  wait?: boolean
  /** How long to wait for peers, in milliseconds; 0: without end. Default: the session's. */
  timeout?: number
  /** Called before the read waits for peers. */
  onwait?: (index: number, core: Hypercore<unknown>) => void
  /** Whether an encrypted block is decrypted. Default: true. */
  decrypt?: boolean
  /** True: the bytes as they are stored, neither decrypted nor decoded. Default: false. */
  raw?: boolean
  /** True: asks peers although the core is push-only. Default: false. */
  force?: boolean
}

/** What can be appended: a value, bytes as they are, and without an encoding text as UTF-8. */
export type Block<T> = T | Uint8Array | ([T] extends [Uint8Array] ? string : never)

/** Options of `core.append()`. */
export interface AppendOptions {
  /** What to sign with. Default: the session's. */
  keyPair?: PublicKeyPair | null
  /** The signature itself: 64 bytes, or what a multisig manifest requires. */
  signature?: Uint8Array | null
  /** True: tries to append even without a secret key, for example if the manifest requires no signature. */
  writable?: boolean
  /** The greatest length, in blocks, that the core may have afterwards. */
  maxLength?: number
}

/** Options of `core.truncate()`. */
export interface TruncateOptions {
  /** The new fork. Default: one more than now. */
  fork?: number
  /** What to sign with. Default: the session's. */
  keyPair?: PublicKeyPair | null
  /** The signature itself, if it was made elsewhere. */
  signature?: Uint8Array | null
}

/** Options of `core.createReadStream()`: blocks `[start, end)`. */
export interface ReadStreamOptions {
  /** Index of the first block. Default: 0. */
  start?: number
  /** One past the last block. Default: the length. */
  end?: number
  /** True: goes on with blocks that are appended later, without end. Default: false. */
  live?: boolean
  /** Whether `end` is the length at the beginning; false: the length as it is then. Default: true. */
  snapshot?: boolean
  /** Whether missing blocks are asked for. Default: the session's. */
  wait?: boolean
  /** How long to wait for each block, in milliseconds; 0: without end. Default: the session's. */
  timeout?: number
}

/** Options of `core.createByteStream()`: a range of bytes across blocks. */
export interface ByteStreamOptions {
  /** The first byte. Default: 0. */
  byteOffset?: number
  /** How many bytes. Default: all that follow. */
  byteLength?: number
  /** How many blocks are fetched ahead. Default: 32. */
  prefetch?: number
}

/** Blocks `[start, end)` to fetch; `end: -1` = up to whatever length the core gets. */
export interface DownloadRange {
  /** Index of the first block. Default: 0. */
  start?: number
  /** One past the last block; -1: whatever is appended too. Default: -1. */
  end?: number
  /** How many blocks, instead of `end`. */
  length?: number
  /** True: in order. Default: false, the rarest or any first. */
  linear?: boolean
  /** These blocks alone, by index, instead of a range. */
  blocks?: readonly number[] | Set<number>
}

/** A download that is under way. */
export interface Download {
  /**
   * Resolves once every block of the range is stored here.
   * @throws REQUEST_CANCELLED if it is destroyed or its session closes
   */
  done(): Promise<boolean>
  /** Ends it; blocks that have arrived stay. */
  destroy(): void
}

/** What `core.audit()` has found and dropped. */
export interface AuditResult {
  /** How many tree nodes were checked. */
  treeNodes: number
  /** How many blocks were checked. */
  blocks: number
  /** How many bits of the bitfield were checked. */
  bits: number
  /** How many tree nodes were wrong and dropped. */
  droppedTreeNodes: number
  /** How many blocks were wrong and dropped. */
  droppedBlocks: number
  /** How many bits claimed a block that is not stored. */
  droppedBits: number
  /** Whether a root of the tree is missing; only with `dryRun`. */
  corrupt: boolean
}

/** What `core.info()` returns. */
export interface CoreStats {
  /** 32 bytes. */
  key: Uint8Array
  /** 32 bytes. */
  discoveryKey: Uint8Array
  /** Blocks. */
  length: number
  /** Blocks from 0 on that are stored here without a gap. */
  contiguousLength: number
  /** Bytes of all blocks, without padding. */
  byteLength: number
  /** The fork: one more with each truncation. */
  fork: number
  /** Bytes put before each block by encryption. */
  padding: number
}

/** Which part of the tree `proof()` proves. A block or hash cannot go with a seek while upgrading. */
export interface ProofRequest {
  /** Prove this block; `nodes` says how many tree nodes the remote lacks. */
  block?: { index: number; nodes: number }
  /** Prove this tree node. */
  hash?: { index: number; nodes: number }
  /** Prove which block has this byte. */
  seek?: { bytes: number; padding?: number }
  /** Prove the step from length `start` to `start + length`. */
  upgrade?: { start: number; length: number }
}

/** How an extension's messages are decoded, and who gets them. */
export interface ExtensionHandlers<M = Uint8Array> {
  /** Default: 'binary'. */
  encoding?: ValueEncoding<M>
  /** Called with each message of a peer. */
  onmessage?: (message: M, peer: Peer) => void
}

/** Messages of the application's own on a core's channels. */
export interface Extension<M = Uint8Array> {
  /** The name that both sides registered. */
  readonly name: string
  /** Sends a message to one peer of the core. */
  send(message: M, peer: Peer): void
  /** Sends a message to all peers of the core. */
  broadcast(message: M): void
  /** Unregisters it. */
  destroy(): void
}
