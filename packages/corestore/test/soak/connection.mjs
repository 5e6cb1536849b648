import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'

/** Carries the bytes of two Noise streams to each other, in memory or over TCP on the loopback interface. */
export class Wires {
  #server = createServer({ pauseOnConnect: true })

  async open() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  async close() {
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** @returns  { one, other, errors, closed }: closed resolves once both streams have closed */
  async join([one, other], isTcp) {
    const errors = []
    const closed = Promise.all([one, other].map((stream) => closing(stream, errors)))
    if (isTcp) {
      const near = connect(this.#server.address().port, '127.0.0.1')
      const [far] = await once(this.#server, 'connection')
      pipeline(one, near, one, noop)
      pipeline(other, far, other, noop)
    } else {
      one.pipe(other).pipe(one)
    }
    return { one, other, errors, closed }
  }
}

function closing(stream, errors) {
  stream.on('error', (err) => errors.push(err))
  return new Promise((resolve) => stream.noiseStream.once('close', resolve))
}

function noop() {}
