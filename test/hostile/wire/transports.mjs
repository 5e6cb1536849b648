import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import SecretStream from '@hyperswarm/secret-stream'
import UDX from 'udx-native'

/** @typedef {InstanceType<typeof SecretStream>} Noise */

/**
 * A call that came in.
 * @typedef {object} Incoming
 * @property {Noise} stream
 * @property {() => number} received  bytes so far
 */

const HOST = '127.0.0.1'

/**
 * Takes calls over TCP.
 * @param {(incoming: Incoming) => void} oncall
 * @returns {Promise<number>} the port
 */
export async function listenTcp(oncall) {
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    oncall({ stream: noise(false, socket), received: () => socket.bytesRead })
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}

/** @param {number} port */
export async function dialTcp(port) {
  const socket = connect(port, HOST)
  socket.setNoDelay(true)
  socket.on('error', ignore)
  await once(socket, 'connect')
  return socket
}

/** A UDP socket with UDX streams on it; both sides know the ids and the port of the other beforehand. */
export class UdxEnd {
  #udx = new UDX()
  #socket = this.#udx.createSocket()
  #open = 0

  constructor() {
    this.#socket.bind(0, HOST)
  }

  get port() {
    return this.#socket.address().port
  }

  /** Bytes of all streams so far. */
  get received() {
    return this.#udx.bytesReceived
  }

  /**
   * The stream with this id on both sides; the socket closes with the last of them.
   * @param {number} id
   * @param {number} port  theirs
   */
  stream(id, port) {
    const stream = this.#udx.createStream(id)
    stream.connect(this.#socket, id, port, HOST)
    stream.on('error', ignore)
    this.#open++
    stream.once('close', () => {
      if (--this.#open === 0) this.#socket.close().catch(ignore)
    })
    return stream
  }
}

/**
 * Noise over a raw stream; that it breaks is how these trials end.
 * @param {boolean} isInitiator
 * @param {object} raw
 * @returns {Noise}
 */
export function noise(isInitiator, raw) {
  const stream = new SecretStream(isInitiator, raw)
  stream.on('error', ignore)
  return stream
}

function ignore() {}
