// What a connection takes: bytes go straight to the other stream, as in the rows of the stores.
import NoiseSecretStream from '@hyperswarm/secret-stream'
import Protomux from 'protomux'
import { start } from '../stores/work.mjs'

export function messages(n, bytes) {
  return async ({ scale }) => {
    const [near, far] = await joined()
    const message = Buffer.alloc(bytes, 'x')
    let missing = Math.ceil(n * scale)
    const received = new Promise((resolve) => far.on('data', () => --missing === 0 && resolve()))
    const stop = start()
    for (let i = missing; i > 0; i--) {
      if (!near.write(message)) await new Promise((resolve) => near.once('drain', resolve))
    }
    await received
    const figures = stop()
    for (const stream of [near, far]) stream.destroy()
    return figures
  }
}

/** Channels as Hypercore opens them: an id of 32 bytes, ten kinds of messages. */
export function channels(streams, cores) {
  return async ({ scale }) => {
    const ids = Array.from({ length: Math.ceil(cores * scale) }, (_, i) => Buffer.alloc(32, `${i} `))
    const ends = await Promise.all(Array.from({ length: streams }, joined))
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    let missing = ids.length * streams * 2
    const stop = start()
    await new Promise((resolve) => {
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
          channel.open()
        }
        mux.uncork()
      }
    })
    const figures = stop()
    globalThis.gc()
    const bytesPerPeer = (process.memoryUsage().heapUsed - before) / (ids.length * streams * 2)
    for (const stream of ends.flat()) stream.destroy()
    return { ...figures, bytesPerPeer }
  }
}

async function joined() {
  const ends = [new NoiseSecretStream(true), new NoiseSecretStream(false)]
  for (const stream of ends) stream.on('error', () => {})
  ends[0].rawStream.pipe(ends[1].rawStream).pipe(ends[0].rawStream)
  await Promise.all(ends.map((stream) => stream.opened))
  return ends
}
