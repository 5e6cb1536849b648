import type { NoiseStream } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'

/** @hyperswarm/secret-stream 6.9.2, `_onhandshakert`: all that it says, of any failure. */
const FAILED = 'Noise handshake failed'

interface DestroyedStream {
  destroy(err?: Error | null): unknown
}

/**
 * Watches a stream until it ends.
 * @param onreason  gets why we ended it, or why its handshake failed
 * @returns ends it
 */
export function watchEnd(
  noise: NoiseStream,
  onclose: () => void,
  onreason: (reason: ReplicatorError) => void
): () => void {
  const uncode = codeFailedHandshake(noise)
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

/**
 * Gives a handshake that fails a code and the most likely reason, for whoever gets the stream's error, or finds it
 * uncaught.
 * @returns ends it
 */
function codeFailedHandshake(noise: NoiseStream): () => void {
  const stream = noise as unknown as DestroyedStream
  const { destroy } = stream
  const coding = (err?: Error | null): unknown => {
    restore()
    if (err?.message !== FAILED || noise.connected) return destroy.call(noise, err)
    const message =
      'the Noise handshake failed: one end has to be the initiator, replicate(true), and the other not, replicate(false)'
    return destroy.call(noise, new ReplicatorError('HANDSHAKE_FAILED', message, { cause: err }))
  }
  const restore = (): void => {
    if (stream.destroy === coding) delete (stream as Partial<DestroyedStream>).destroy
  }
  stream.destroy = coding
  return restore
}
