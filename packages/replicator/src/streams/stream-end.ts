import type { NoiseStream } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'
import { replaceHandshakeError } from '../wire/secret-stream.js'

/**
 * Watches a stream until it ends.
 * @param onreason  gets why we ended it, or why its handshake failed
 * @returns a function that stops watching
 */
export function watchEnd(
  noise: NoiseStream,
  onclose: () => void,
  onreason: (reason: ReplicatorError) => void
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

/** What a user can do about it: the stream itself says only that it failed. */
function handshakeFailed(cause: Error): ReplicatorError {
  const message =
    'the Noise handshake failed: one end has to be the initiator, replicate(true), and the other not, replicate(false)'
  return new ReplicatorError('HANDSHAKE_FAILED', message, { cause })
}
