import type { NoiseStream } from '@manycore/hypercore-types'

/**
 * What is used of NoiseSecretStream (@hyperswarm/secret-stream 6.9.2 index.js) that is nobody's interface: declared and
 * touched here only.
 * @upstream @hyperswarm/secret-stream NoiseSecretStream
 */
interface PrivateStream {
  /** Bytes of whole frames, keep-alives included. */
  readonly rawBytesRead: number
  readonly rawBytesWritten: number
  /** What the encrypted bytes go over; a stream of UDX has `udx`, and `rtt` in ms. */
  readonly rawStream: object | null
  destroy(err?: Error | null): unknown
}

/** All that `_onhandshakert()` says of a handshake that failed, whatever the reason. */
const FAILED = 'Noise handshake failed'

/** How many bytes have come and gone, as whole frames. */
export function frameBytes(noise: NoiseStream): { read: number; written: number } {
  const { rawBytesRead, rawBytesWritten } = noise as NoiseStream & PrivateStream
  return { read: rawBytesRead, written: rawBytesWritten }
}

/** @returns ms; null where the transport does not tell: a TCP socket or a pipe does not know, UDX does */
export function roundTrip(noise: NoiseStream): number | null {
  const { rawStream } = noise as unknown as { rawStream?: { udx?: unknown; rtt?: unknown } | null }
  return rawStream?.udx && typeof rawStream.rtt === 'number' ? rawStream.rtt : null
}

/**
 * Replaces the error of a handshake that fails, for whoever gets the stream's error or finds it uncaught.
 * @returns a function that leaves the error as it is from then on
 */
export function replaceHandshakeError(noise: NoiseStream, replace: (cause: Error) => Error): () => void {
  const stream = noise as unknown as Pick<PrivateStream, 'destroy'>
  const { destroy } = stream
  const replacing = (err?: Error | null): unknown => {
    restore()
    const isOurs = err?.message === FAILED && !noise.connected
    return destroy.call(noise, isOurs ? replace(err) : err)
  }
  const restore = (): void => {
    if (stream.destroy === replacing) delete (stream as Partial<typeof stream>).destroy
  }
  stream.destroy = replacing
  return restore
}
