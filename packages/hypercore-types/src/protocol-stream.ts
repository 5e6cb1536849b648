import type { Bytes, NodeDuplex } from './node.js'
import type { ByteStream } from './streams.js'

/** One protocol with one id on a Protomux. Source: protomux 3.12.1. */
export interface Channel {
  readonly closed: boolean
  close(): void
  /** resolves once it is closed and no message of it is being worked on */
  fullyClosed(): Promise<void>
}

/** Several protocols over one stream. Source: protomux 3.12.1. */
export interface Protomux {
  readonly isProtomux: true
  readonly stream: NoiseStream
  readonly drained: boolean
  /** open calls to cork() */
  readonly corked: number
  cork(): void
  uncork(): void
  /** is a channel of this protocol and id open? */
  opened(channel: { protocol: string; id?: Uint8Array | null }): boolean
  /** the channel of this protocol and id that was opened last; null when it is closed or there was none */
  getLastChannel(channel: { protocol: string; id?: Uint8Array | null }): Channel | null
  /** called with the id when the remote opens a channel nobody has opened here */
  pair(channel: { protocol: string; id?: Uint8Array | null }, notify: (id: Uint8Array) => unknown): void
  unpair(channel: { protocol: string; id?: Uint8Array | null }): void
  destroy(err?: Error): void
}

/** The encrypted stream that a Protomux runs on. Source: @hyperswarm/secret-stream 6. */
export interface NoiseStream extends ByteStream {
  readonly noiseStream: NoiseStream
  readonly isInitiator: boolean
  /** 32 bytes, ours; null until the stream is started, which its constructor does unless told otherwise */
  readonly publicKey: Uint8Array | null
  /** 32 bytes; null until the handshake is done */
  readonly remotePublicKey: Bytes | null
  /** 64 bytes; null until the handshake is done */
  readonly handshakeHash: Uint8Array | null
  readonly connected: boolean
  /** the Protomux, once somebody made one */
  userData: Protomux | null
  /** true once the handshake succeeded, false when the stream closed before; never rejects */
  readonly opened: Promise<boolean>
  /** ms between keep-alive packets; 0 = off */
  readonly keepAlive: number
  setKeepAlive(ms: number): void
  setMaxListeners(n: number): unknown
}

/** A stream that cores can be replicated over: anything with a `noiseStream`, such as a Hyperswarm connection. */
export interface ProtocolStream extends ByteStream {
  readonly noiseStream: NoiseStream
}

/**
 * What `replicate()` returns: the stream the caller passed, or a new one whose bytes the caller pipes to the other
 * side, for instance with `pipeline()` of node:stream.
 */
export type ReplicationStream = ProtocolStream & NodeDuplex
