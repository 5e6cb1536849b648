import { setTimeout as sleep } from 'node:timers/promises'
import { batch, message, sized } from '../wire/encode.mjs'

const MB = 2 ** 20

/** What announces a frame of Noise of nearly 16 MB. */
const LARGEST = Buffer.from([0xff, 0xff, 0xff])

/** @type {import('./attack.mjs').Attacks} */
export const frames = {
  'keep-alives': {
    sends: 'empty frames, as many as are taken',
    core: 'ours',
    ofStream: true,
    prepare() {
      return (peer, signal) => peer.repeat([Buffer.alloc(0)], signal)
    }
  },

  'frames-of-16-mb': {
    sends: 'frames of 15 MB, of an extension that nobody has',
    core: 'ours',
    prepare({ channel }) {
      const large = message('extension', sized(Buffer.from('none')), Buffer.alloc(15 * MB))
      const frame = batch(channel, [large])
      return (peer, signal) => peer.repeat([frame], signal)
    }
  },

  'batches-in-batches': {
    sends: 'a batch in a batch',
    core: 'ours',
    ofStream: true,
    prepare() {
      return (peer) => peer.send(batch(0, [batch(0, [Buffer.from([0])]).subarray(1)]))
    }
  },

  'a-frame-byte-by-byte': {
    sends: 'the length of a frame of 16 MB, and then a byte now and then',
    core: 'ours',
    event: 'stalled',
    ms: 4000,
    prepare: () => byteByByte
  },

  'no-handshake': {
    sends: 'nothing, not even a handshake',
    core: 'ours',
    begins: 'raw',
    event: 'stalled',
    ms: 4000,
    prepare() {
      return () => Promise.resolve()
    }
  },

  'a-handshake-of-16-mb': {
    sends: 'a handshake of 16 MB',
    core: 'ours',
    begins: 'raw',
    ofStream: true,
    prepare() {
      const bytes = Buffer.concat([LARGEST, Buffer.alloc(16 * MB)])
      return async (peer) => void peer.raw.write(bytes)
    }
  },

  'a-handshake-byte-by-byte': {
    sends: 'the length of a handshake of 16 MB, and then a byte now and then',
    core: 'ours',
    begins: 'raw',
    event: 'stalled',
    ms: 4000,
    prepare: () => byteByByte
  }
}

/**
 * The length of the largest message, and then a byte of it now and then.
 * @param {Parameters<import('./attack.mjs').Run>[0]} peer
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
async function byteByByte(peer, signal) {
  peer.raw.write(LARGEST)
  while (!signal.aborted) {
    peer.raw.write(Buffer.from([0]))
    await sleep(50)
  }
}
