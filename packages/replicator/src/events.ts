import type { InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import type { ReplicatorError } from './errors.js'
import type { Stall } from './streams/stalled-streams.js'

/** Which core failed, and towards whom. */
export interface CoreErrorInfo {
  /** 32 bytes; null if a Hypercore failed to open before it knew its key. */
  discoveryKey: Uint8Array | null
  /** The stream whose remote asked for the core; null if nobody did. */
  stream: ProtocolStream | null
}

/** Events of a replicator, with the arguments of their listeners. */
export interface ReplicatorEvents {
  /** `replicate()` took this stream; its handshake may still be under way. */
  'stream-open': [stream: ProtocolStream]
  /** The stream closed, or `close()` let go of it. Stands for the detach of all cores on it. */
  'stream-close': [stream: ProtocolStream]
  /** The replicator offers this core on this stream from now on. */
  attach: [core: InnerCore, stream: ProtocolStream]
  /** `detach()` or `close()` took it back. */
  detach: [core: InnerCore, stream: ProtocolStream]
  /**
   * A policy keeps this core off the stream, or took it back: it may not be offered ('announce'), or the peer
   * may not have it ('access').
   */
  denied: [core: InnerCore, stream: ProtocolStream, question: 'announce' | 'access']
  /**
   * One core failed, a policy failed over it or was late (POLICY_TIMEOUT, POLICY_LOOP), or a remote sent what its key
   * has not signed (BAD_PROOF) or signed twice (CONFLICT). Its stream and all other cores go on. Dropped when nobody
   * listens.
   */
  'core-error': [err: Error, info: CoreErrorInfo]
  /**
   * A remote reached a limit, which `err.code` names: an open was refused, a core was closed for another one, or
   * the stream ends. Or its handshake failed (HANDSHAKE_FAILED). Dropped when nobody listens.
   */
  refused: [err: ReplicatorError, info: CoreErrorInfo]
  /**
   * The remote has not ended the handshake, sent anything whole, or taken what waits for it, for `stalledMs` to a
   * quarter more. Nothing is done about it: a listener may destroy the stream. Once for each stall.
   */
  stalled: [stream: ProtocolStream, stall: Stall]
}
