import type { NoiseStream } from '@manycore/hypercore-types'
import type { PrivateStream, RawStream } from '../secret-stream.js'

/** Hears what comes, before it is decrypted. What it throws ends the stream. */
export interface FrameListener {
  /** A frame begins of which something is to come. @param isSetup  it belongs to the handshake, or is the header behind it */
  begun(bytes: number, isSetup: boolean): void
  /** Bytes pile up in a transport that cannot be told to wait. */
  piled(): void
}

/** Bytes in a transport that does not wait from which the listener is told of them. */
const PILED = 1 << 20

/**
 * What a Noise stream reads, in our hands between the transport and the decryption. It puts right what upstream does not:
 * over a bridge, `_incoming()` pauses what we send and goes on reading.
 */
export class FrameReader {
  readonly #stream: PrivateStream
  readonly #listener: FrameListener
  readonly #undo: (() => void)[] = []

  constructor(noise: NoiseStream, listener: FrameListener) {
    this.#stream = noise as unknown as PrivateStream
    this.#listener = listener
  }

  /** Bytes of frames that are not whole, or that wait: in the stream, or in a transport that cannot wait. */
  get waiting(): number {
    const { _state, _len, _readableState } = this.#stream
    return (_state === 1 ? _len : 0) + _readableState.buffered + this.#piled()
  }

  /** Bytes that have come, as whole frames or of one that is not whole. */
  get received(): number {
    const { _state, _tmp, rawBytesRead } = this.#stream
    return rawBytesRead + (_state === 1 ? _tmp : 0)
  }

  /**
   * Takes what the stream reads into our hands.
   * @returns false for a stream of another make, which is left alone
   */
  install(): boolean {
    const stream = this.#stream
    if (typeof stream._incoming !== 'function') return false
    const { _incoming, _read, push, _utp } = stream
    stream._incoming = () => {
      if (stream._setup) this.#begun(stream._message!.byteLength)
      if (!stream.destroying) _incoming.call(stream)
    }
    stream.push = (data) => {
      const takesMore = push.call(stream, data)
      return data === null ? takesMore : this.#pushed(takesMore)
    }
    stream._read = (cb) => {
      this.#bridge?.resume()
      _read.call(stream, cb)
    }
    stream._utp = {
      setContentSize: (missing) => {
        _utp?.setContentSize(missing)
        this.#begun(stream._len)
      }
    }
    this.#undo.push(() => {
      for (const name of ['_incoming', 'push', '_read'] as const)
        delete (stream as Partial<PrivateStream>)[name]
      stream._utp = _utp
    })
    if (stream.rawStream !== null) this.#listen(stream.rawStream)
    else {
      void stream.opened.then((isOpen) => {
        if (isOpen && this.#undo.length > 0) this.#listen(stream.rawStream!)
      })
    }
    return true
  }

  /** Gives the stream its own parts back. A closed one may be kept by somebody, but not what it has not read. */
  release(): void {
    if (this.#stream.destroying) {
      const { rawStream, _readableState } = this.#stream
      this.#stream._message = null
      _readableState.queue.clear()
      if (rawStream?.udx) rawStream._readableState?.queue.clear()
    }
    for (const undo of this.#undo.splice(0)) undo()
  }

  /** Closes the stream for what the remote did. */
  close(err: unknown): void {
    this.#stream.destroy(err as Error)
  }

  /** The other half of a bridge, where upstream reads; null = it reads where it writes. */
  get #bridge(): RawStream | null {
    const { rawStream, _rawStream } = this.#stream
    return rawStream === _rawStream ? null : _rawStream
  }

  #piled(): number {
    const { rawStream, _rawStream } = this.#stream
    return rawStream?.udx ? (_rawStream?._readableState?.buffered ?? 0) : 0
  }

  #begun(bytes: number): void {
    try {
      this.#listener.begun(bytes, this.#stream._setup)
    } catch (err) {
      this.close(err)
    }
  }

  /** @returns whether upstream may go on reading where it would pause */
  #pushed(takesMore: boolean): boolean {
    if (takesMore || this.#bridge === null) return takesMore
    this.#bridge.pause()
    return true
  }

  /** A stream of UDX pushes what comes whether it is paused or not (`UDXStream._ondata()`). */
  #listen(raw: RawStream): void {
    if (!raw.udx) return
    const { push } = raw
    raw.push = (data) => {
      const takesMore = push.call(raw, data)
      if (this.#piled() > PILED) this.#listener.piled()
      return takesMore
    }
    this.#undo.push(() => delete (raw as Partial<RawStream>).push)
  }
}
