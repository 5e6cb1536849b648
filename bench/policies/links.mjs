// Two stores connected by a wire that can be held: then nothing comes to the far side, and its sender is told to wait.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { pipeline, Transform } from 'node:stream'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import UDX from 'udx-native'

/** @typedef {import('../stores/work.mjs').Side} Side */

/**
 * @typedef {object} Link
 * @property {() => void} hold
 * @property {() => void} release
 * @property {() => Promise<void>} quiet  resolves once what was on its way has come
 * @property {() => Promise<void> | void} close
 */

/** @typedef {(near: Side, far: Side) => Link | Promise<Link>} Connect */

/**
 * In memory, without delay.
 * @param {Side} near
 * @param {Side} far
 * @returns {Link}
 */
export function inMemory(near, far) {
  const [one, other] = [near.replicate(true), far.replicate(false)]
  const wire = new Held()
  pipeline(one, wire, other, one, () => {})
  return { hold: () => wire.hold(), release: () => wire.release(), quiet: () => turns(300), close: () => {} }
}

/**
 * Over UDX on the loopback interface, by way of a relay that keeps every packet for so many ms.
 * @param {Side} near
 * @param {Side} far
 * @param {number} ms
 * @returns {Promise<Link>}
 */
export async function overUdx(near, far, ms) {
  const udx = new UDX()
  const relay = await relayed(ms)
  const sockets = [udx.createSocket(), udx.createSocket()]
  for (const socket of sockets) socket.bind(0, '127.0.0.1')
  relay.between(...sockets.map((socket) => socket.address().port))
  const streams = sockets.map((socket, i) => {
    const stream = udx.createStream(i + 1)
    stream.connect(socket, 2 - i, relay.ports[i] ?? 0, '127.0.0.1')
    return stream
  })
  const [one, other] = streams.map((stream, i) => new NoiseSecretStream(i === 0, stream))
  if (one === undefined || other === undefined) throw new Error('a link has two ends')
  for (const stream of [one, other]) stream.on('error', () => {}) // the stores close them
  near.replicate(one)
  far.replicate(other)
  return {
    hold: () => relay.hold(),
    release: () => relay.release(),
    quiet: () => sleep(8 * ms),
    async close() {
      const closed = streams
        .filter((stream) => !stream.destroyed)
        .map((stream) => new Promise((resolve) => stream.once('close', resolve)))
      for (const stream of streams) stream.destroy(null)
      await Promise.all(closed)
      await Promise.all(sockets.map((socket) => socket.close()))
      relay.close()
    }
  }
}

/** @param {number} ms */
async function relayed(ms) {
  const sockets = [createSocket('udp4'), createSocket('udp4')]
  for (const socket of sockets) {
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
  }
  /** @type {number[]} */
  const targets = []
  /** @type {(() => void)[]} */
  const held = []
  let isHeld = false
  sockets.forEach((socket, i) => {
    socket.on('message', (packet) => {
      const pass = () => sockets[1 - i]?.send(packet, targets[1 - i], '127.0.0.1', () => {})
      setTimeout(() => (isHeld && i === 0 ? held.push(pass) : pass()), ms)
    })
  })
  return {
    ports: sockets.map((socket) => socket.address().port),
    /** @param {number[]} both */
    between: (...both) => void targets.push(...both),
    hold: () => void (isHeld = true),
    release: () => {
      isHeld = false
      for (const pass of held.splice(0)) pass()
    },
    close: () => sockets.forEach((socket) => socket.close())
  }
}

class Held extends Transform {
  /** @type {(() => void) | null} */
  #waiting = null
  #isHeld = false

  hold() {
    this.#isHeld = true
  }

  release() {
    this.#isHeld = false
    this.#waiting?.()
  }

  /**
   * @override
   * @param {Uint8Array} chunk
   * @param {string} _encoding
   * @param {(err: null, chunk: Uint8Array) => void} next
   */
  _transform(chunk, _encoding, next) {
    const pass = () => next(null, chunk)
    if (this.#isHeld) this.#waiting = pass
    else pass()
  }
}

/** @param {number} count */
export async function turns(count) {
  for (let i = 0; i < count; i++) await turn()
}
