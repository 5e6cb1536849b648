import { batch, range, sync } from '../wire/encode.mjs'

const MANY = 200_000
const FORKS = 60_000

/** @type {import('./attack.mjs').Attacks} */
export const syncs = {
  'syncs-in-one-frame': {
    sends: 'one frame of 200,000 `sync`s with two lengths in turn',
    core: 'ours',
    isQuick: true,
    prepare({ channel }) {
      const messages = Array.from({ length: MANY }, (_, i) => sync({ length: i % 2 }))
      const frame = batch(channel, messages)
      return (peer) => peer.send(frame)
    }
  },

  'syncs-with-rising-forks': {
    sends: '300,000 `sync`s in five frames, each with a higher fork',
    core: 'ours',
    isQuick: true,
    prepare({ channel }) {
      const frames = Array.from({ length: 5 }, (_, f) =>
        batch(
          channel,
          Array.from({ length: FORKS }, (_, i) => sync({ fork: f * FORKS + i + 1, length: 1 }))
        )
      )
      return async (peer) => {
        for (const frame of frames) await peer.send(frame)
      }
    }
  },

  'a-length-that-is-never-proved': {
    echoMs: 600, // `answerMs` of the victim, and a quarter, until the honest peer is asked instead
    sends: 'a length that is longer by 1,000, again and again, and no answer to what it is asked',
    core: 'mirror',
    isQuick: true,
    prepare() {
      return (peer, signal) => {
        return peer.eachSync(signal, ({ length }) =>
          peer.sendAll([sync({ length: length + 1000, acked: length }), range(0, length + 1000)])
        )
      }
    }
  }
}
