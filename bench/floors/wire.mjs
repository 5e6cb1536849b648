// What a connection takes: bytes go straight to the other stream, as in the rows of the stores.

import NoiseSecretStream from '@hyperswarm/secret-stream'
import Protomux from 'protomux'
import { start } from '../stores/work.mjs'

/**
 * @param {number} n
 * @param {number} bytes
 */
export function messages(n, bytes) {
  /** @param {{ scale: number }} context */
  return async ({ scale }) => {
    const [near, far] = await joined()
    const message = Buffer.alloc(bytes, 'x')
    let missing = Math.ceil(n * scale)
    /** @type {Promise<void>} */
    const received = new Promise((resolve) => far.on('data', () => --missing === 0 && resolve()))
    const stop = start()
    for (let i = missing; i > 0; i--) {
      if (!near.write(message)) await new Promise((resolve) => near.once('drain', () => resolve(null)))
    }
    await received
    const figures = stop()
    for (const stream of [near, far]) stream.destroy()
    return figures
  }
}

/**
 * Channels as Hypercore opens them: an id of 32 bytes, ten kinds of messages.
 * @param {number} streams
 * @param {number} cores
 */
export function channels(streams, cores) {
  /** @param {{ scale: number }} context */
  return async ({ scale }) => {
    const ids = Array.from({ length: Math.ceil(cores * scale) }, (_, i) => Buffer.alloc(32, `${i} `))
    const ends = await Promise.all(Array.from({ length: streams }, joined))
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    let missing = ids.length * streams * 2
    const stop = start()
    /** @type {Promise<void>} */
    const opened = new Promise((resolve) => {
      for (const stream of ends.flat()) {
        const mux = Protomux.from(stream)
        mux.cork()
        for (const id of ids) {
          const channel = mux.createChannel({
            protocol: 'hypercore/alpha',
            id,
            messages: Array.from({ length: 10 }, () => ({ onmessage: () => {} })),
            onopen: () => --missing === 0 && resolve()
          })
          channel?.open()
        }
        mux.uncork()
      }
    })
    await opened
    const figures = stop()
    globalThis.gc?.()
    const bytesPerPeer = (process.memoryUsage().heapUsed - before) / (ids.length * streams * 2)
    for (const stream of ends.flat()) stream.destroy()
    return { ...figures, bytesPerPeer }
  }
}

async function joined() {
  const near = new NoiseSecretStream(true)
  const far = new NoiseSecretStream(false)
  for (const stream of [near, far]) stream.on('error', () => {})
  near.rawStream.pipe(far.rawStream).pipe(near.rawStream)
  await Promise.all([near.opened, far.opened])
  return /** @type {const} */ ([near, far])
}
