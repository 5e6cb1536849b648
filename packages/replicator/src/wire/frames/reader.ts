import { onLaterTurn } from '@manycore/ground'
import type { NoiseStream } from '@manycore/hypercore-types'
import { LARGE_FRAME_BYTES } from '../../defaults.js'
import type { PrivateStream, RawStream } from '../secret-stream.js'
import type { FrameListener } from './frame-listener.js'
import { listenToUdx, piledBytes } from './udx.js'

/** Bytes of one piece of a frame that is read slowly: a socket has as many at a time. */
const PIECE: number = 1 << 16

/**
 * What a Noise stream reads, in our hands between the transport and the decryption. It puts right what upstream does not:
 * over a bridge, `_incoming()` pauses what we send and goes on reading.
 */
export class FrameReader {
  readonly #stream: PrivateStream
  readonly #listener: FrameListener
  readonly #undo: (() => void)[] = []
  /** Frames that wait, from `#first` on. */
  #held: Uint8Array[] = []
  #first = 0
  #heldBytes = 0
  /** What the stream is not told yet: that the remote has ended it, or that the transport has closed. */
  #isEnded = false
  #closing: { readonly err: Error | null } | null = null
  /** The frame that is coming is read slowly, until this is called. */
  #endSlow: (() => void) | null = null
  /** It is not read for now. */
  #isPausing = false
  #read = (): void => {}
  #push: PrivateStream['push'] = () => false

  constructor(noise: NoiseStream, listener: FrameListener) {
    this.#stream = noise as unknown as PrivateStream
    this.#listener = listener
  }

  /** Bytes of frames that are not whole, or that wait: here, in the stream, or in a transport that cannot wait. */
  get waiting(): number {
    const { _state, _len, _readableState } = this.#stream
    return this.#heldBytes + (_state === 1 ? _len : 0) + _readableState.buffered + piledBytes(this.#stream)
  }

  /** Bytes that have come, as whole frames or of one that is not whole. */
  get received(): number {
    const { _state, _tmp, rawBytesRead } = this.#stream
    return rawBytesRead + this.#heldBytes + (_state === 1 ? _tmp : 0)
  }

  /** Frames wait to be read. */
  get isHolding(): boolean {
    return this.#first < this.#held.length
  }

  get isSlow(): boolean {
    return this.#endSlow !== null
  }

  /** Bytes of the frame that waits longest; null = none does, or what was in those before it has to be taken first. */
  get next(): number | null {
    const { buffered, highWaterMark } = this.#stream._readableState
    return buffered < highWaterMark ? (this.#held[this.#first]?.byteLength ?? null) : null
  }

  /**
   * Takes what the stream reads into our hands.
   * @returns false for a stream of another make, which is left alone
   */
  install(): boolean {
    const stream = this.#stream
    if (typeof stream._incoming !== 'function') return false
    const { _incoming, _read, push, _utp } = stream
    this.#read = () => _incoming.call(stream)
    this.#push = (data) => push.call(stream, data)
    stream._incoming = () => this.#incoming()
    stream.push = (data) => (data === null ? this.#ended() : this.#pushed(data))
    stream._read = (cb) => {
      if (this.isHolding) {
        this.#listener.waits()
        return cb(null)
      }
      if (this.#isPausing) return cb(null)
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
    while (this.isHolding && !this.#stream.destroying) this.readNext()
    this.#endSlow?.()
    this.end()
    if (this.#stream.destroying) {
      const { rawStream, _readableState } = this.#stream
      this.#stream._message = null
      _readableState.queue.clear()
      if (rawStream?.udx) rawStream._readableState?.queue.clear()
    }
    for (const undo of this.#undo.splice(0)) undo()
    if (!this.#stream.destroying) this.#bridge?.resume() // upstream resumes its other half only
  }

  /** Reads the frame that waits longest. */
  readNext(): void {
    const stream = this.#stream
    const { _state, _len, _tmp, _message } = stream
    const frame = this.#held[this.#first]!
    delete this.#held[this.#first++]
    this.#heldBytes -= frame.byteLength
    stream._message = frame
    this.#read() // as if it had just come: it forgets what is known of the frame that is coming
    Object.assign(stream, { _state, _len, _tmp, _message })
    if (stream.destroying) this.#first = this.#held.length
    if (this.isHolding) return
    this.#held = []
    this.#first = this.#heldBytes = 0
    this.#resume()
  }

  /** Called when a large frame begins: it is read in pieces. A stream of UDX cannot be paused, and reads as ever. */
  slowDown(): void {
    const { _rawStream, destroying } = this.#stream
    if (this.#endSlow !== null || _rawStream === null || _rawStream.udx || destroying) return
    let before = this.received
    const ondata = (): void => {
      const isComing = this.#stream._state === 1 && this.#stream._len >= LARGE_FRAME_BYTES
      const piece = this.received - before
      if (isComing && piece < PIECE) return
      before += piece
      if (!isComing) this.#endSlow!()
      this.#isPausing = !this.#listener.pieceRead(piece) && isComing
      if (this.#isPausing) _rawStream.pause()
    }
    this.#endSlow = () => {
      this.#endSlow = null
      _rawStream.off('data', ondata)
      this.readPiece()
    }
    _rawStream.on('data', ondata)
  }

  /** Reads the next piece of a frame that is read slowly. */
  readPiece(): void {
    if (!this.#isPausing) return
    this.#isPausing = false
    this.#resume()
  }

  /** Lets the stream end, if that has waited. */
  end(): void {
    const closing = this.#closing
    if (this.#isEnded) this.#push(null)
    this.#isEnded = false
    this.#closing = null
    if (closing !== null) onLaterTurn(() => this.#stream.destroy(closing.err)) // unless, having ended, it has closed
  }

  /** Ends a stream whose remote has ended it, whatever waits. */
  cut(): void {
    this.#stream.destroy(this.#closing?.err ?? null)
  }

  /** Sends an empty frame, unless others wait to be sent: those do as well. */
  keepAlive(): void {
    if (this.#stream.connected && this.#stream._writableState.buffered === 0) this.#stream.sendKeepAlive()
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

  #resume(): void {
    const { _readableState, _rawStream, destroying } = this.#stream
    if (destroying || this.isHolding || this.#isPausing) return
    if (_readableState.buffered < _readableState.highWaterMark) _rawStream?.resume()
  }

  #begun(bytes: number): void {
    try {
      this.#listener.begun(bytes, this.#stream._setup)
    } catch (err) {
      this.close(err)
    }
  }

  #incoming(): void {
    const { _message, _setup } = this.#stream
    const { byteLength } = _message!
    if (this.isHolding) return this.#hold(_message!)
    if (_setup) this.#begun(byteLength)
    else {
      try {
        if (!this.#listener.mayRead(byteLength)) return this.#hold(_message!)
      } catch (err) {
        this.close(err)
      }
    }
    if (!this.#stream.destroying) this.#read()
  }

  #hold(frame: Uint8Array): void {
    const isFirst = !this.isHolding
    this.#held.push(frame)
    this.#heldBytes += frame.byteLength
    Object.assign(this.#stream, { _state: 0, _len: 0, _tmp: 1, _message: null }) // as `_incoming()` leaves it
    if (!isFirst) return
    this.#stream._rawStream?.pause()
    this.#listener.waits()
  }

  /** @returns whether upstream may go on reading where it would pause */
  #pushed(data: Uint8Array): boolean {
    const takesMore = this.#push(data)
    if (takesMore || this.#bridge === null) return takesMore
    this.#bridge.pause()
    return true
  }

  #ended(): boolean {
    if (!this.#isBusy()) return this.#push(null)
    this.#isEnded = true
    this.#listener.ending()
    return false
  }

  #isBusy(): boolean {
    return this.isHolding || this.#stream._readableState.buffered > 0 || this.#listener.isBusy()
  }

  /** The transport's end is the stream's once what came before is worked on. */
  #listen(raw: RawStream): void {
    let restore = (): void => {}
    const before = (): void => {
      if (this.#isBusy()) restore = this.#postponeDestroy()
    }
    const after = (): void => {
      restore()
      restore = () => {}
    }
    for (const event of ['error', 'close']) {
      raw.prependListener(event, before)
      raw.on(event, after)
      this.#undo.push(() => {
        raw.off(event, before)
        raw.off(event, after)
      })
    }
    if (raw.udx) this.#undo.push(listenToUdx(this.#stream, raw, this.#listener))
  }

  /** For as long as the transport tells of its end. */
  #postponeDestroy(): () => void {
    const stream = this.#stream
    const { destroy } = stream
    const isOwn = Object.hasOwn(stream, 'destroy')
    stream.destroy = (err) => {
      this.#closing ??= { err: err ?? null }
      this.#listener.ending()
    }
    return () => {
      if (isOwn) stream.destroy = destroy
      else delete (stream as Partial<PrivateStream>).destroy
    }
  }
}
