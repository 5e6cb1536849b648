import type { NoiseStream } from '@manycore/hypercore-types'

/**
 * What is used of NoiseSecretStream (@hyperswarm/secret-stream 6.9.2 index.js) that is nobody's interface: declared here
 * only, and touched here and in frames/reader.ts.
 * @upstream @hyperswarm/secret-stream NoiseSecretStream
 */
export interface PrivateStream {
  /** Bytes of whole frames, keep-alives included. */
  readonly rawBytesRead: number
  readonly rawBytesWritten: number
  /** What the encrypted bytes go over: the caller's, or if there is none a bridge; null until the stream is started. */
  readonly rawStream: RawStream | null
  /** Where they are read: of a bridge its other half, else the same. */
  readonly _rawStream: RawStream | null
  /** The handshake is not over, or the header behind it has not come. */
  readonly _setup: boolean
  /** Reading a frame: 0 = its length, 1 = its bytes. */
  _state: number
  /** The length, as far as it is known. */
  _len: number
  /** Of state 0 the value of the next byte of the length, of state 1 how many bytes of the frame are here. */
  _tmp: number
  /** The frame, once it is whole or memory was taken for it. */
  _message: Uint8Array | null
  /** Told how much of a frame is to come, before memory is taken for it, unless all of it is here. */
  _utp: { setContentSize(missing: number): void } | null
  /** A frame is whole: decrypts it, and pushes what was in it. */
  _incoming(): void
  /** The stream takes more. */
  _read(cb: (err: Error | null) => void): void
  /** What is in it waits until somebody reads; null = the remote has ended the stream. */
  push(data: Uint8Array | null): boolean
  readonly _readableState: ReadableState
  readonly opened: Promise<boolean>
  /** The handshake is over. */
  readonly connected: boolean
  /** Writes a frame of no bytes, which its receiver ignores. */
  sendKeepAlive(): void
  readonly destroying: boolean
  destroy(err?: Error | null): unknown
  /** streamx's; of what waits to be written, `buffered` bytes without what encryption adds */
  readonly _writableState: { readonly buffered: number }
}

/** Of streamx; of a socket it is another. */
interface ReadableState {
  /** Bytes in `queue`. */
  readonly buffered: number
  readonly highWaterMark: number
  readonly queue: { clear(): void }
}

/** A socket, a stream of UDX (it has `udx`, and `rtt` in ms), or whatever else the caller sends over. */
export interface RawStream {
  readonly udx?: unknown
  readonly rtt?: unknown
  readonly _readableState?: ReadableState
  push(data: Uint8Array | null): boolean
  pause(): unknown
  resume(): unknown
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
  prependListener(event: string, listener: () => void): unknown
}

/** All that `_onhandshakert()` says of a handshake that failed, whatever the reason. */
const FAILED = 'Noise handshake failed'

/** How many bytes have come and gone, as whole frames. */
export function frameBytes(noise: NoiseStream): { read: number; written: number } {
  const { rawBytesRead, rawBytesWritten } = noise as NoiseStream & PrivateStream
  return { read: rawBytesRead, written: rawBytesWritten }
}

/** How many bytes have come, those of a frame that is not whole among them. */
export function arrivedBytes(noise: NoiseStream): number {
  const { rawBytesRead, _state, _tmp } = noise as NoiseStream & PrivateStream
  return rawBytesRead + (_state === 1 ? _tmp : 0)
}

/** How many bytes the stream has been given to write, and how many the transport has taken. */
export function givenBytes(noise: NoiseStream): { given: number; taken: number } {
  const { rawBytesWritten, _writableState } = noise as NoiseStream & PrivateStream
  return { given: rawBytesWritten + _writableState.buffered, taken: rawBytesWritten }
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
