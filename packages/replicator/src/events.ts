import type { InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import type { ReplicatorError } from './errors.js'
import type { SyncView } from './sync/sync-view.js'
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
  /**
   * The stream closed, or close() let go of it; this stands for the detach of all cores on it. `reason` is why we
   * closed it (a limit, or BAD_FRAME) or why its handshake failed (HANDSHAKE_FAILED); null = it closed for any other
   * reason.
   */
  'stream-close': [stream: ProtocolStream, reason: ReplicatorError | null]
  /** The core is offered on this stream from now on. */
  attach: [core: InnerCore, stream: ProtocolStream]
  /**
   * The core is no longer offered on this stream: after detach() or close(), or because it failed or a policy denied
   * it.
   */
  detach: [core: InnerCore, stream: ProtocolStream]
  /**
   * A policy keeps this core off the stream, or took it back: it may not be offered ('announce'), or the peer may
   * not have it ('access').
   */
  denied: [core: InnerCore, stream: ProtocolStream, question: 'announce' | 'access']
  /**
   * One core failed; a policy failed over it, was late (POLICY_TIMEOUT), or changed the policies with every answer
   * (POLICY_LOOP); or a remote sent data that the core's key has not signed (BAD_PROOF), or of a second history that it
   * has signed (CONFLICT). Its stream and all other cores go on. Of a core and stream, BAD_PROOF comes once per second at
   * most, and when the core is detached for it; the message says how many there were in between, and `stats()` counts
   * all of them. Dropped if nobody listens.
   */
  'core-error': [err: Error, info: CoreErrorInfo]
  /**
   * A remote reached a limit, or did what no honest one does; `err.code` says which. Most codes close the stream.
   * INVALID_CAPABILITY does too, with Hypercore's own error. BAD_CLAIM closes one core for this remote, TOO_MANY_CORES
   * closes one core for another or leaves it closed, and TOO_MANY_OPENS leaves cores closed before it closes the stream.
   * SLOWED, OPENS_WAIT, UNANSWERED and UNDELIVERED close nothing, and an honest remote may cause them: one that sends much, one
   * whose opens wait for us, or one that is overloaded. Dropped if nobody listens.
   */
  limited: [err: ReplicatorError, info: CoreErrorInfo]
  /**
   * Each 'limited', and a stream that was closed for BAD_FRAME or HANDSHAKE_FAILED.
   * @deprecated Listen to 'limited', and to 'stream-close' for its reason. This event goes with the next minor version.
   */
  refused: [err: ReplicatorError, info: CoreErrorInfo]
  /**
   * For `stalledMs`, or up to a quarter longer, the remote has not finished the handshake, sent anything whole, or
   * taken any of the data that waits for it. Nothing is done about it: a listener may destroy the stream. Once for each
   * stall.
   */
  stalled: [stream: ProtocolStream, stall: Stall]
  /**
   * Replication has come further, or there is more to replicate: what `syncView()` returns now. Four times per second at most, and
   * at long last once everything is level. While nobody listens, nothing is done for it.
   */
  sync: [view: SyncView]
}
