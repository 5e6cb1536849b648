import Protomux from 'protomux'
import crypto from 'hypercore-crypto'
import sodium from 'sodium-universal'
import { TYPE, batch, readUints, single } from './encode.mjs'

/** @typedef {import('./transports.mjs').Noise} Noise */

/** @typedef {{ pause(): unknown, write(bytes: Uint8Array): boolean, destroy(): unknown }} Raw */

const PROTOCOL = 'hypercore/alpha'
const [, INITIATOR, RESPONDER] = /** @type {[Uint8Array, Uint8Array, Uint8Array]} */ (
  crypto.namespace('hypercore', 6)
)
const MESSAGES = 10
const MIRRORS = 'manycore/mirror'
const MIRROR_MESSAGES = 6

/** Speaks real Noise, has an open channel of a core whose key it knows, and sends whatever it likes. */
export class HostilePeer {
  /** bytes of all frames that were handed to the stream */
  sent = 0
  isClosed = false
  /** our number of the channel */
  channel = 0

  /**
   * Told of each message that comes in on the channel.
   * @type {(type: number, body: Uint8Array) => void}
   */
  hear = () => {}

  /**
   * @param {any} stream  Noise, or what carries it if there is no Noise yet
   * @param {Raw} raw  what carries it
   */
  constructor(stream, raw) {
    /** @type {Noise} */
    this.stream = stream
    this.raw = raw
    /** Resolves once the stream is closed. @type {Promise<void>} */
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        this.isClosed = true
        resolve()
      })
    })
  }

  /**
   * Opens the channel of a core, with the proof that its key is known.
   * @param {Uint8Array} key
   * @returns {Promise<void>}  rejects when the other side does not open it
   */
  async open(key) {
    await this.stream.opened
    await this.#openChannel(PROTOCOL, crypto.discoveryKey(key), this.proof(key), MESSAGES)
  }

  /**
   * Opens the channel of mirrors.
   * @param {Uint8Array} handshake
   * @returns {Promise<void>}  rejects when the other side does not open it
   */
  async openMirrors(handshake) {
    await this.stream.opened
    await this.#openChannel(MIRRORS, undefined, handshake, MIRROR_MESSAGES)
  }

  /**
   * @param {string} protocol
   * @param {Uint8Array | undefined} id
   * @param {Uint8Array} handshake
   * @param {number} count  of its messages
   * @returns {Promise<void>}
   */
  #openChannel(protocol, id, handshake, count) {
    const messages = Array.from({ length: count }, (_, type) => ({
      onmessage: (/** @type {Uint8Array} */ body) => this.hear(type, body)
    }))
    return new Promise((resolve, reject) => {
      const channel = Protomux.from(this.stream).createChannel({
        protocol,
        id,
        handshake: constant(handshake),
        messages,
        onopen: () => resolve(),
        onclose: () => reject(new Error('the other side has closed the channel'))
      })
      channel?.open({})
      this.channel = /** @type {{ _localId?: number }} */ (channel)?._localId ?? 0
    })
  }

  /**
   * The handshake of a channel, which shows that this side knows the key of its core.
   * @param {Uint8Array} key
   */
  proof(key) {
    return Buffer.concat([Buffer.from([1]), capabilityOf(key, this.stream)])
  }

  /**
   * Sends a frame, and waits while the other side takes no more.
   * @param {Uint8Array} frame
   */
  async send(frame) {
    if (this.isClosed || this.stream.destroyed) return
    this.sent += frame.byteLength
    if (this.stream.write(frame)) return
    /** @type {Promise<void>} */
    const drained = new Promise((resolve) => this.stream.once('drain', () => resolve()))
    await Promise.race([this.closed, drained])
  }

  /**
   * Sends messages of the channel in one frame.
   * @param {readonly Uint8Array[]} messages
   */
  sendAll(messages) {
    return this.send(batch(this.channel, messages))
  }

  /**
   * Sends one message of the channel in a frame of its own.
   * @param {Uint8Array} message
   */
  sendOne(message) {
    return this.send(single(this.channel, message))
  }

  /**
   * Sends the same frames again and again, for as long as it can.
   * @param {readonly Uint8Array[]} frames
   * @param {AbortSignal} signal
   */
  async repeat(frames, signal) {
    for (let i = 0; !signal.aborted && !this.isClosed; i++) {
      await this.send(/** @type {Uint8Array} */ (frames[i % frames.length]))
      // Frames that are taken at once must not keep this loop from hearing that the stream has closed.
      if (i % 64 === 63) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /**
   * Answers each `sync` that comes in, until the time is over.
   * @param {AbortSignal} signal
   * @param {(state: { fork: number, length: number }) => unknown} answer
   * @returns {Promise<void>}
   */
  eachSync(signal, answer) {
    this.hear = (type, body) => {
      if (type !== TYPE.sync || signal.aborted) return
      const [, fork = 0, length = 0] = readUints(body, 3)
      answer({ fork, length })
    }
    answer({ fork: 0, length: 1 })
    return this.closed
  }

  /** Reads nothing any more. */
  pause() {
    this.raw.pause()
  }

  destroy() {
    this.stream.destroy()
  }
}

/**
 * What shows that this side of a stream knows a key (`replicate` of lib/caps.js in Hypercore).
 * @param {Uint8Array} key
 * @param {Noise} stream
 */
function capabilityOf(key, { isInitiator, handshakeHash }) {
  const out = Buffer.alloc(32)
  const role = isInitiator ? INITIATOR : RESPONDER
  sodium.crypto_generichash_batch(out, [role, key], handshakeHash ?? undefined)
  return out
}

/**
 * An encoding that writes the same bytes whatever it gets, and reads nothing.
 * @param {Uint8Array} bytes
 */
function constant(bytes) {
  /** @typedef {import('@manycore/hypercore-types').EncodingState} State */
  return {
    /** @param {State} state */
    preencode(state) {
      state.end += bytes.byteLength
    },
    /** @param {State} state */
    encode(state) {
      state.buffer?.set(bytes, state.start)
      state.start += bytes.byteLength
    },
    /** @param {State} state */
    decode(state) {
      state.start = state.end
    }
  }
}
