import type { NoiseStream } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'
import { replaceHandshakeError } from '../wire/secret-stream.js'

/**
 * Watches a stream until it closes.
 * @param onclose  gets why we closed it, or why its handshake failed; null = it closed for another reason
 * @returns a function that stops watching
 */
export function watchEnd(noise: NoiseStream, onclose: (reason: ReplicatorError | null) => void): () => void {
  const uncode = replaceHandshakeError(noise, handshakeFailed)
  let reason: ReplicatorError | null = null
  const onerror = (err: Error): void => {
    if (err instanceof ReplicatorError) reason = err
  }
  const onend = (): void => onclose(reason)
  noise.once('close', onend)
  noise.on('error', onerror)
  return () => {
    uncode()
    noise.off('error', onerror)
    noise.off('close', onend)
  }
}

/** What a user can do about it: the stream itself says only that it failed. */
function handshakeFailed(cause: Error): ReplicatorError {
  const message =
    'the Noise handshake failed: one end has to be the initiator, replicate(true), and the other not, replicate(false)'
  return new ReplicatorError('HANDSHAKE_FAILED', message, { cause })
}
