import { close, controls, open, reject, uints } from '../wire/encode.mjs'

const MB = 2 ** 20

/**
 * @param {number} i
 * @returns {Uint8Array} a discovery key that nobody has
 */
function unknownKey(i) {
  const key = Buffer.alloc(32, 1)
  key.writeUInt32LE(i, 0)
  return key
}

/**
 * @param {number} count
 * @param {(i: number) => Uint8Array} make
 */
function list(count, make) {
  return Array.from({ length: count }, (_, i) => make(i))
}

/** 200,000 opens of cores that nobody has, in frames of 1,000. */
function opensOfUnknownCores() {
  return list(200, (f) => controls(list(1000, (i) => open(1 + f * 1000 + i, unknownKey(f * 1000 + i)))))
}

/** @type {import('./attack.mjs').Attacks} */
export const opens = {
  'opens-in-frames-of-4-mb': {
    sends: '120 opens that wait, each in a frame of 4 MB',
    core: 'ours',
    begins: 'unopened',
    isJudged: true,
    ofStream: true,
    isQuick: true,
    prepare({ key, discoveryKey }) {
      const rest = Buffer.alloc(4 * MB)
      return async (peer, signal) => {
        const handshake = Buffer.concat([peer.proof(key), rest])
        for (let i = 1; i <= 120 && !signal.aborted; i++) await peer.send(open(i, discoveryKey, handshake))
      }
    }
  },

  'opens-of-one-core': {
    sends: '16,000 opens of one core, which wait',
    core: 'ours',
    ofStream: true,
    begins: 'unopened',
    isJudged: true,
    isQuick: true,
    prepare({ key, discoveryKey }) {
      return (peer) => {
        const proof = peer.proof(key)
        return peer.send(controls(list(16_000, (i) => open(i + 1, discoveryKey, proof))))
      }
    }
  },

  'opens-of-unknown-cores': {
    sends: '200,000 opens of cores that nobody has',
    core: 'ours',
    begins: 'unopened',
    ofStream: true,
    prepare() {
      const frames = opensOfUnknownCores()
      return async (peer) => {
        for (const frame of frames) await peer.send(frame)
      }
    }
  },

  'opens-unread': {
    sends: '200,000 opens of cores that nobody has, and reads nothing',
    core: 'ours',
    event: 'stalled',
    begins: 'unopened',
    ofStream: true,
    prepare() {
      const frames = opensOfUnknownCores()
      return async (peer) => {
        peer.pause()
        for (const frame of frames) await peer.send(frame)
      }
    }
  },

  'opens-closed-at-once': {
    sends: 'opens that it closes at once',
    core: 'ours',
    ofStream: true,
    begins: 'unopened',
    prepare({ key, discoveryKey }) {
      return (peer, signal) => {
        const proof = peer.proof(key)
        const frame = controls(list(1000, (i) => (i % 2 === 0 ? open(1, discoveryKey, proof) : close(1))))
        return peer.repeat([frame], signal)
      }
    }
  },

  'an-open-without-proof': {
    sends: 'an open with a proof that is none',
    core: 'ours',
    begins: 'unopened',
    prepare({ discoveryKey }) {
      return (peer) => peer.send(open(1, discoveryKey))
    }
  },

  'closes-and-empty-batches': {
    sends: 'closes of channels that are not open, and batches with nothing in them',
    core: 'ours',
    ofStream: true,
    prepare() {
      const frames = [controls(list(10_000, (i) => close(i + 10))), uints(0, 0, 0)]
      return (peer, signal) => peer.repeat(frames, signal)
    }
  },

  'rejects-of-nothing': {
    sends: 'a reject of a channel that was not opened',
    core: 'ours',
    ofStream: true,
    prepare() {
      return (peer) => peer.send(reject(77))
    }
  }
}
