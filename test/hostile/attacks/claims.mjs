import { batch, bitfield, range } from '../wire/encode.mjs'

/** The longest that ends before block 2^27. */
const FAR = 2 ** 27 - 2
const PAGE = 2 ** 15
const MANY = 40_000

/** @type {import('./attack.mjs').Attacks} */
export const claims = {
  'ranges-set-and-dropped': {
    sends: 'a `range` of 2^27 − 2 blocks from block 1, set and dropped in turn, for as long as it is taken',
    core: 'ours',
    isQuick: true,
    prepare({ channel }) {
      const frame = batch(
        channel,
        Array.from({ length: 100 }, (_, i) => range(1, FAR, i % 2 === 1))
      )
      return (peer, signal) => peer.repeat([frame], signal)
    }
  },

  'drops-after-a-far-range': {
    sends: 'a `range` of 2^27 blocks, and then drops of one each, again and again',
    core: 'ours',
    prepare({ channel }) {
      const drops = Array.from({ length: 10 }, (_, i) => range(10 - i, 1, true))
      const frame = batch(channel, [range(0, FAR), ...drops])
      return (peer, signal) => peer.repeat([frame], signal)
    }
  },

  'bitfields-of-16-bytes': {
    sends: '40,000 `bitfield`s of 16 bytes each, in 1,000 pages',
    core: 'ours',
    isQuick: true,
    prepare({ channel }) {
      const words = [Buffer.alloc(4, 1), Buffer.alloc(4, 255)]
      const messages = Array.from({ length: MANY }, (_, i) =>
        bitfield((i % 1000) * PAGE, /** @type {Buffer} */ (words[i % 2]))
      )
      const frame = batch(channel, messages)
      return (peer) => peer.send(frame)
    }
  },

  clears: {
    sends: 'drops of 32,768 blocks each, all over the core',
    core: 'ours',
    prepare({ channel }) {
      const messages = Array.from({ length: MANY }, (_, i) => range((i % 4000) * PAGE + 1, PAGE, i % 2 === 1))
      const frame = batch(channel, messages)
      return (peer) => peer.send(frame)
    }
  },

  'ranges-that-grow': {
    sends: '`range`s from the first block, each longer by one: Hypercore stores each',
    core: 'mirror',
    isQuick: true,
    prepare({ channel }) {
      const messages = Array.from({ length: MANY }, (_, i) => range(0, 1000 + i))
      const frame = batch(channel, messages)
      return (peer) => peer.send(frame)
    }
  }
}
