import type { Bytes, NodeDuplex } from './node.js'
import type { ByteStream } from './streams.js'

/** One protocol with one id on a Protomux. Source: protomux 3.12.1. */
export interface Channel {
  /** Whether it is closed, by either side. */
  readonly closed: boolean
  /** Closes it on both sides; its stream stays open. */
  close(): void
  /** Whether it is closed and none of its messages is still being handled. */
  readonly destroyed: boolean
  /** Resolves once it is closed and none of its messages is still being handled. */
  fullyClosed(): Promise<void>
}

/** Several protocols over one stream. Source: protomux 3.12.1. */
export interface Protomux {
  /** Always true: how a Protomux of another copy of the package is recognized. */
  readonly isProtomux: true
  /** The stream that it runs on. */
  readonly stream: NoiseStream
  /** False while the stream asks for no more writes. */
  readonly drained: boolean
  /** How many calls of `cork()` are not yet undone by `uncork()`. */
  readonly corked: number
  /** Holds back what is sent, so that it leaves in one packet; can be nested. */
  cork(): void
  /** Undoes one `cork()`; the last one sends what was held back. */
  uncork(): void
  /** Whether a channel of this protocol and id is open. */
  opened(channel: { protocol: string; id?: Uint8Array | null }): boolean
  /** The channel of this protocol and id that was opened last; null if it is closed or there was none. */
  getLastChannel(channel: { protocol: string; id?: Uint8Array | null }): Channel | null
  /** Has `notify` called with the id whenever the remote opens a channel that is not open here. */
  pair(channel: { protocol: string; id?: Uint8Array | null }, notify: (id: Uint8Array) => unknown): void
  /** Takes back what `pair()` asked for. */
  unpair(channel: { protocol: string; id?: Uint8Array | null }): void
  /** Destroys the stream, and with it every channel. */
  destroy(err?: Error): void
}

/** The encrypted stream that a Protomux runs on. Source: @hyperswarm/secret-stream 6. */
export interface NoiseStream extends ByteStream {
  /** Itself: a connection that wraps a Noise stream has it in the same place. */
  readonly noiseStream: NoiseStream
  /** Whether this side begins the handshake; exactly one of the two must. */
  readonly isInitiator: boolean
  /**
   * Our public key, 32 bytes. Null until the stream is started, which its constructor does unless told
   * otherwise.
   */
  readonly publicKey: Uint8Array | null
  /** The remote's public key, 32 bytes; null until the handshake is done. */
  readonly remotePublicKey: Bytes | null
  /** 64 bytes, the same on both sides and in no other stream; null until the handshake is done. */
  readonly handshakeHash: Uint8Array | null
  /** Whether the handshake is done and the stream is open. */
  readonly connected: boolean
  /** The Protomux, once one was made. */
  userData: Protomux | null
  /** True once the handshake succeeded, false if the stream closed before; never rejects. */
  readonly opened: Promise<boolean>
  /** Milliseconds between keep-alive packets; 0: off. */
  readonly keepAlive: number
  /** Sets the milliseconds between keep-alive packets; 0: off. */
  setKeepAlive(ms: number): void
  /** How many listeners one event may have before Node warns. */
  setMaxListeners(n: number): unknown
}

/** A stream that cores can be replicated over: anything with a `noiseStream`, such as a Hyperswarm connection. */
export interface ProtocolStream extends ByteStream {
  /** The encrypted stream that the cores are replicated over. */
  readonly noiseStream: NoiseStream
}

/**
 * What `replicate()` returns: the stream the caller passed, or a new one whose bytes the caller pipes to the other
 * side, for instance with `pipeline()` of node:stream.
 */
export type ReplicationStream = ProtocolStream & NodeDuplex
