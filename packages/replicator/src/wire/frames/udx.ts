import type { PrivateStream, RawStream } from '../secret-stream.js'
import type { FrameListener } from './frame-listener.js'

/** Bytes in a stream of UDX from which the listener is told of them. */
const PILED = 1 << 20

/** Bytes that wait in a stream of UDX, which cannot be told to wait; 0 = it is another transport, which can. */
export function piledBytes({ rawStream, _rawStream }: PrivateStream): number {
  return rawStream?.udx ? (_rawStream?._readableState?.buffered ?? 0) : 0
}

/**
 * A stream of UDX pushes what comes whether it is paused or not (`UDXStream._ondata()`), and it has messages outside of the order.
 * @returns a function that gives the stream back as it was
 */
export function listenToUdx(noise: PrivateStream, raw: RawStream, listener: FrameListener): () => void {
  const { push } = raw
  const onmessage = (): void => {
    try {
      listener.message()
    } catch (err) {
      noise.destroy(err as Error)
    }
  }
  raw.push = (data) => {
    const takesMore = push.call(raw, data)
    if (piledBytes(noise) > PILED) listener.piled()
    return takesMore
  }
  raw.prependListener('message', onmessage)
  return () => {
    delete (raw as Partial<RawStream>).push
    raw.off('message', onmessage)
  }
}
