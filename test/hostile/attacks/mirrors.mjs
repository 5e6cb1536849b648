import { setTimeout as sleep } from 'node:timers/promises'
import { batch, single } from '../wire/encode.mjs'
import {
  Elements,
  ID_BYTES,
  LATER,
  MIRROR,
  bounds,
  fingerprint,
  items,
  mirrorMessage
} from '../wire/mirror.mjs'

/** @typedef {import('../wire/hostile-peer.mjs').HostilePeer} HostilePeer */

/** What a store of ours takes in one frame of a comparison. */
const FRAME_BYTES = 16_384

/** Cores that news or ids of one message are about. */
const TOLD = 250

/** The number of the first mirror at either end. */
const PAIR = [1, 1]

/** @param {HostilePeer} peer */
function elementsOf({ stream }) {
  const { publicKey, remotePublicKey } =
    /** @type {{ publicKey: Uint8Array, remotePublicKey: Uint8Array }} */ (/** @type {unknown} */ (stream))
  return new Elements(publicKey, remotePublicKey)
}

/**
 * One message in a frame.
 * @param {HostilePeer} peer
 * @param {number} type
 * @param {Uint8Array} bytes
 * @param {readonly number[]} [numbers]
 */
function say({ channel }, type, bytes, numbers = PAIR) {
  return single(channel, mirrorMessage(type, numbers, bytes))
}

/**
 * Compares, with nothing at our end, so that the other side lists all that it has.
 * @param {HostilePeer} peer
 * @param {AbortSignal} signal
 */
async function listen(peer, signal) {
  const { hello } = elementsOf(peer)
  const done = new Promise((resolve) => {
    peer.hear = (type, body) => {
      if (type !== MIRROR.frame) return
      if ((body[9] ?? 0) & 1) void peer.send(say(peer, MIRROR.frame, LATER))
      else resolve(undefined)
    }
    signal.addEventListener('abort', resolve)
  })
  await peer.send(say(peer, MIRROR.frame, Buffer.concat([hello, items(Buffer.alloc(0))])))
  await Promise.race([done, peer.closed])
}

/** @param {number} i */
function unknownId(i) {
  const id = Buffer.alloc(ID_BYTES, 1)
  id.writeUInt32LE((i * 2_654_435_761) % 2 ** 32, 0)
  id.writeUInt32LE(i, 4)
  return id
}

/**
 * @param {number} from
 * @param {number} bytes  of each
 */
function unknown(from, bytes) {
  return Buffer.concat(
    Array.from({ length: TOLD }, (_, i) =>
      Buffer.concat([unknownId(from + i), Buffer.alloc(bytes - ID_BYTES)])
    )
  )
}

/**
 * Frames that are no answer to anything, one after the other.
 * @param {(i: number) => Uint8Array} ranges
 */
function compares(ranges) {
  return () => async (/** @type {HostilePeer} */ peer, /** @type {AbortSignal} */ signal) => {
    const { hello } = elementsOf(peer)
    await peer.send(say(peer, MIRROR.frame, Buffer.concat([hello, fingerprint(Buffer.alloc(0))])))
    const frame = say(peer, MIRROR.frame, Buffer.concat([LATER, ranges(0)]))
    await peer.repeat([frame], signal)
  }
}

/** @param {number} count */
function listedRanges(count) {
  return Buffer.concat(bounds(count).map((end) => items(end)))
}

/** As many wrong fingerprints as a frame has room for. */
function fingerprints() {
  return Buffer.concat(bounds(Math.floor((FRAME_BYTES - 2) / 19)).map((end) => fingerprint(end)))
}

/**
 * News of all cores, whose keys it knows, again and again.
 * @param {(i: number) => Parameters<Elements['news']>[1]} state  in the round with this number
 */
function newsOfAll(state) {
  return (/** @type {import('./attack.mjs').Known} */ { stored }) =>
    async (/** @type {HostilePeer} */ peer, /** @type {AbortSignal} */ signal) => {
      const elements = elementsOf(peer)
      await listen(peer, signal)
      for (let round = 0; !signal.aborted && !peer.isClosed; round++) {
        for (let at = 0; at < stored.length && !signal.aborted && !peer.isClosed; at += TOLD) {
          const news = stored.slice(at, at + TOLD).map((key) => elements.news(key, state(round)))
          await peer.send(say(peer, MIRROR.news, Buffer.concat(news)))
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
    }
}

/**
 * @param {number} type
 * @param {number} bytes  for each core
 */
function ofUnknown(type, bytes) {
  return () => async (/** @type {HostilePeer} */ peer, /** @type {AbortSignal} */ signal) => {
    await listen(peer, signal)
    for (let at = 0; !signal.aborted && !peer.isClosed; at += TOLD) {
      await peer.send(say(peer, type, unknown(at, bytes)))
      if (at % (16 * TOLD) === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** @type {{ core: 'ours', begins: 'mirror', isMirrored: true, ofStream: true, ms: number }} */
const KIND = { core: 'ours', begins: 'mirror', isMirrored: true, ofStream: true, ms: 4500 }

/** @type {import('./attack.mjs').Attacks} */
export const mirrors = {
  'mirror-rounds': {
    ...KIND,
    sends: 'frames of mirrors that compare everything anew, without end',
    prepare: compares(() => fingerprint(Buffer.alloc(0)))
  },

  'mirror-ranges': {
    ...KIND,
    sends: 'frames of mirrors that list nothing in 4,096 ranges each',
    prepare: compares(() => listedRanges(4096))
  },

  'mirror-fingerprints': {
    ...KIND,
    sends: 'frames of mirrors that are full of fingerprints, all of them wrong',
    prepare: compares(fingerprints)
  },

  'mirror-rounds-unread': {
    ...KIND,
    sends: 'frames of mirrors that compare everything anew, and reads nothing',
    event: 'stalled',
    isQuick: true,
    prepare() {
      const run = compares(() => fingerprint(Buffer.alloc(0)))()
      return async (peer, signal) => {
        peer.pause()
        await run(peer, signal)
      }
    }
  },

  'mirror-frames-before-the-index': {
    ...KIND,
    sends: 'frames of mirrors by the megabyte, before there is an index to compare',
    prepare() {
      return async (peer, signal) => {
        const frame = say(peer, MIRROR.frame, Buffer.alloc(FRAME_BYTES))
        await peer.repeat([frame], signal)
      }
    }
  },

  'mirror-news-of-unknown-cores': {
    ...KIND,
    sends: 'news of cores that are not here, or copied from the stream of another peer',
    prepare: ofUnknown(MIRROR.news, 51)
  },

  'mirror-news-unread': {
    ...KIND,
    sends: 'news of cores that are not here, and reads nothing',
    event: 'stalled',
    prepare() {
      const run = ofUnknown(MIRROR.news, 51)()
      return async (peer, signal) => {
        setTimeout(() => peer.pause(), 500)
        await run(peer, signal)
      }
    }
  },

  'mirror-news-of-more-blocks': {
    ...KIND,
    sends: 'news of all cores that are here, longer each time, of which it delivers nothing',
    prepare: newsOfAll((round) => ({ length: 2 + round }))
  },

  'mirror-news-that-ask': {
    ...KIND,
    sends: 'news of all cores that are here that ask for an answer, again and again',
    prepare: newsOfAll(() => ({ length: 1, asks: true }))
  },

  'mirror-ids-that-are-gone': {
    ...KIND,
    sends: 'ids of cores that it does not have any more, and never had',
    prepare: ofUnknown(MIRROR.gone, ID_BYTES)
  },

  'mirror-joins-and-leaves': {
    ...KIND,
    sends: 'mirrors that join and leave',
    isQuick: true,
    prepare() {
      return async (peer, signal) => {
        for (let number = 2; !signal.aborted && !peer.isClosed;) {
          const messages = Array.from({ length: 500 }, () => [
            mirrorMessage(MIRROR.join, [++number, 0]),
            mirrorMessage(MIRROR.leave, [number])
          ])
          await peer.send(batch(peer.channel, messages.flat()))
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
    }
  },

  'mirror-joins-and-parts': {
    ...KIND,
    sends: 'mirrors that join instead of another one, compare, and part',
    prepare() {
      return async (peer, signal) => {
        const { hello } = elementsOf(peer)
        const first = Buffer.concat([hello, fingerprint(Buffer.alloc(0))])
        for (let number = 1; !signal.aborted && !peer.isClosed;) {
          const messages = Array.from({ length: 100 }, () => [
            mirrorMessage(MIRROR.join, [number + 1, number]),
            mirrorMessage(MIRROR.frame, [1, ++number], first),
            mirrorMessage(MIRROR.part, [1, number])
          ])
          await peer.send(batch(peer.channel, messages.flat()))
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
    }
  },

  'mirror-numbers-used-again': {
    ...KIND,
    sends: 'a mirror that joins with a number that was used before, on one channel after the other',
    prepare({ dial }) {
      return async (peer, signal) => {
        for (let next = peer; !signal.aborted; next = await dial()) {
          await next.send(single(next.channel, mirrorMessage(MIRROR.join, [1, 0])))
          await sleep(10)
          if (next !== peer) next.destroy()
        }
      }
    }
  },

  'mirror-reconnects': {
    ...KIND,
    sends: 'one connection after the other, each with keys of its own, and compares',
    event: 'stalled',
    prepare({ dial }) {
      return async (peer, signal) => {
        for (let next = peer; !signal.aborted; next = await dial()) {
          const { hello } = elementsOf(next)
          await next.send(say(next, MIRROR.frame, Buffer.concat([hello, fingerprint(Buffer.alloc(0))])))
          await sleep(10)
          if (next !== peer) next.destroy()
        }
      }
    }
  }
}
