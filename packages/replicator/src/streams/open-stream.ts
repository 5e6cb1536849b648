import Hypercore from 'hypercore'
import { badArgument } from '@manycore/ground'
import type { NoiseStream, ProtocolStream, Protomux, ReplicationStream } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'
import type { ReplicateOptions } from '../options.js'
import { replaceHandshakeError } from '../wire/secret-stream.js'

const ACCEPTED =
  'a boolean, a stream of @hyperswarm/secret-stream (one with a noiseStream), or a Protomux over one'

/**
 * Checks what the caller passed and brings up a Protomux on it.
 * @returns the outer stream, its Protomux, and whether the stream is the caller's (`isExternal`)
 * @throws  BAD_ARGUMENT, before anything has changed
 */
export function openStream(
  target: boolean | ProtocolStream | Protomux,
  opts: ReplicateOptions = {}
): { stream: ReplicationStream; mux: Protomux; isExternal: boolean } {
  const given = givenStream(target, opts)
  // `ondiscoverykey` is ours: wire/pairing.ts answers, even if a caller passes one.
  const stream = Hypercore.createProtocolStream(target, { ...opts, ondiscoverykey: null })
  const mux = stream.noiseStream.userData as Protomux // createProtocolStream made it if nobody had
  return { stream, mux, isExternal: given !== null }
}

function givenStream(target: unknown, opts: ReplicateOptions): ProtocolStream | null {
  if (typeof target === 'boolean') {
    if (!opts.stream) return null
    if (!isProtocolStream(opts.stream)) throw badArgument('opts.stream', ACCEPTED, opts.stream)
    return opts.stream
  }
  const stream = isProtomux(target) ? target.stream : target
  if (!isProtocolStream(stream)) throw badArgument('isInitiator', ACCEPTED, target)
  return stream
}

function isProtomux(value: unknown): value is Protomux {
  return isObject<Protomux>(value) && value.isProtomux === true
}

export function isProtocolStream(value: unknown): value is ProtocolStream {
  if (!isObject<ProtocolStream>(value) || typeof value.pipe !== 'function') return false
  const noise = value.noiseStream
  if (!isObject<NoiseStream>(noise) || typeof noise.opened?.then !== 'function') return false
  return noise.userData === null || isProtomux(noise.userData)
}

function isObject<T>(value: unknown): value is Partial<T> {
  return typeof value === 'object' && value !== null
}

/** @returns a promise that resolves once the stream has closed */
export function destroyStream({
  stream,
  noise
}: {
  stream: ProtocolStream
  noise: NoiseStream
}): Promise<void> {
  return new Promise((resolve) => {
    noise.once('close', resolve)
    stream.destroy()
  })
}

/**
 * Watches a stream until it closes.
 * @param onreason  called at the stream's 'error' with why we close it, or why its handshake failed
 * @param onclose   called once it has closed
 * @returns a function that stops watching
 */
export function watchEnd(
  noise: NoiseStream,
  onreason: (reason: ReplicatorError) => void,
  onclose: () => void
): () => void {
  const uncode = replaceHandshakeError(noise, handshakeFailed)
  const onerror = (err: Error): void => {
    if (err instanceof ReplicatorError) onreason(err)
  }
  noise.once('close', onclose)
  noise.on('error', onerror)
  return () => {
    uncode()
    noise.off('error', onerror)
    noise.off('close', onclose)
  }
}

/** The stream itself says only that the handshake failed; this says what to do about it. */
function handshakeFailed(cause: Error): ReplicatorError {
  const message =
    'the Noise handshake failed: one end has to be the initiator, replicate(true), and the other not, replicate(false)'
  return new ReplicatorError('HANDSHAKE_FAILED', message, { cause })
}
