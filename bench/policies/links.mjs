// Two stores connected by a wire that can be held: then nothing comes to the far side, and its sender is told to wait.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { pipeline, Transform } from 'node:stream'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import UDX from 'udx-native'

/** In memory, without delay. */
export function inMemory(near, far) {
  const [one, other] = [near.replicate(true), far.replicate(false)]
  const wire = new Held()
  pipeline(one, wire, other, one, () => {})
  return { hold: () => wire.hold(), release: () => wire.release(), quiet: () => turns(300), close: () => {} }
}

/** Over UDX on the loopback interface, by way of a relay that keeps every packet for so many ms. */
export async function overUdx(near, far, ms) {
  const udx = new UDX()
  const relay = await relayed(ms)
  const sockets = [udx.createSocket(), udx.createSocket()]
  const streams = [udx.createStream(1), udx.createStream(2)]
  for (const socket of sockets) socket.bind(0, '127.0.0.1')
  relay.between(...sockets.map((socket) => socket.address().port))
  streams.forEach((stream, i) => stream.connect(sockets[i], 2 - i, relay.ports[i], '127.0.0.1'))
  const [one, other] = streams.map((stream, i) => new NoiseSecretStream(i === 0, stream))
  for (const stream of [one, other]) stream.on('error', () => {}) // the stores close them
  near.replicate(one)
  far.replicate(other)
  return {
    hold: () => relay.hold(),
    release: () => relay.release(),
    quiet: () => sleep(8 * ms),
    async close() {
      const closed = streams.filter((stream) => !stream.destroyed).map((stream) => once(stream, 'close'))
      for (const stream of streams) stream.destroy()
      await Promise.all(closed)
      await Promise.all(sockets.map((socket) => socket.close()))
      relay.close()
    }
  }
}

async function relayed(ms) {
  const sockets = [createSocket('udp4'), createSocket('udp4')]
  for (const socket of sockets) {
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
  }
  const targets = []
  const held = []
  let isHeld = false
  sockets.forEach((socket, i) => {
    socket.on('message', (packet) => {
      const pass = () => sockets[1 - i].send(packet, targets[1 - i], '127.0.0.1', () => {})
      setTimeout(() => (isHeld && i === 0 ? held.push(pass) : pass()), ms)
    })
  })
  return {
    ports: sockets.map((socket) => socket.address().port),
    between: (...ports) => targets.push(...ports),
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false
      for (const pass of held.splice(0)) pass()
    },
    close: () => sockets.forEach((socket) => socket.close())
  }
}

class Held extends Transform {
  #waiting = null
  #isHeld = false

  hold() {
    this.#isHeld = true
  }

  release() {
    this.#isHeld = false
    this.#waiting?.()
  }

  _transform(chunk, _, next) {
    const pass = () => next(null, chunk)
    if (this.#isHeld) this.#waiting = pass
    else pass()
  }
}

export async function turns(count) {
  for (let i = 0; i < count; i++) await turn()
}
