import { TYPE, batch, message, range, readUints, sized, sync } from '../wire/encode.mjs'

const SIGNATURE = sized(Buffer.alloc(64, 7))
const NODE = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(32, 7)])

/**
 * An upgrade that nobody has signed.
 * @param {object} proof
 * @param {number} proof.request  what it answers; 0 = nothing
 * @param {number} proof.fork
 * @param {number} proof.start
 * @param {number} proof.length
 */
function upgrade({ request, fork, start, length }) {
  return message('data', 8, request, fork, start, length, 1, NODE, 0, SIGNATURE)
}

/**
 * The id of a request, and what it asks for beyond the length that the other side has.
 * @param {Uint8Array} body
 */
function readRequest(body) {
  const [flags = 0, id = 0] = readUints(body, 2)
  const [start = 0, length = 0] = readUints(body, flags & 1 ? 7 : 5).slice(flags & 1 ? 5 : 3)
  return { id, start, length, isUpgrade: (flags & 8) !== 0 }
}

/** @type {import('./attack.mjs').Attacks} */
export const proofs = {
  'proofs-that-fail': {
    sends: 'a growing length, and to whoever asks for it an upgrade that nobody has signed',
    core: 'mirror',
    isQuick: true,
    prepare() {
      let claimed = 0
      return (peer, signal) => {
        /** @param {number} length */
        const claim = (length) => {
          claimed = Math.max(claimed, length) + 10
          return [sync({ length: claimed, acked: length }), range(0, claimed)]
        }
        peer.eachSync(signal, ({ length }) => peer.sendAll(claim(length)))
        const hear = peer.hear
        peer.hear = (type, body) => {
          hear(type, body)
          if (type !== TYPE.request || signal.aborted) return
          const { id, start, length, isUpgrade } = readRequest(body)
          if (isUpgrade)
            void peer.sendAll([upgrade({ request: id, fork: 0, start, length }), ...claim(start)])
        }
        return peer.closed
      }
    }
  },

  'proofs-of-higher-forks': {
    sends: 'upgrades of a fork that does not exist, which nobody asked for',
    core: 'mirror',
    isQuick: true,
    prepare({ channel }) {
      const proof = upgrade({ request: 0, fork: 9, start: 0, length: 4000 })
      const frame = batch(channel, Array(500).fill(proof))
      return (peer, signal) => peer.repeat([frame], signal)
    }
  },

  'proofs-of-conflicts': {
    sends: 'upgrades that could show a second history, and show none',
    core: 'mirror',
    prepare({ channel }) {
      const proof = upgrade({ request: 0, fork: 0, start: 0, length: 1 })
      const frame = batch(channel, Array(500).fill(proof))
      return (peer, signal) => peer.repeat([frame], signal)
    }
  }
}
