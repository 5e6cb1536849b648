import { batch, blockRequest, message, want } from '../wire/encode.mjs'

const MANY = 100_000

/** @type {import('./attack.mjs').Attacks} */
export const requests = {
  'wants-unread': {
    sends: '10,000 `want`s of a core held in part, and reads nothing',
    core: 'partial',
    event: 'stalled',
    isQuick: true,
    prepare({ channel }) {
      const messages = Array.from({ length: 10_000 }, () => want(0, 2 ** 19))
      const frame = batch(channel, messages)
      return (peer) => {
        peer.pause()
        return peer.send(frame)
      }
    }
  },

  wants: {
    sends: '`want`s of a core held in part, for as long as they are taken',
    core: 'partial',
    prepare({ channel }) {
      const messages = Array.from({ length: 1000 }, () => want(0, 2 ** 19))
      const frame = batch(channel, messages)
      return (peer, signal) => peer.repeat([frame], signal)
    }
  },

  'requests-with-one-id': {
    sends: '100,000 requests with one id, and reads nothing',
    core: 'ours',
    event: 'stalled',
    isQuick: true,
    prepare({ channel }) {
      const messages = Array.from({ length: MANY }, (_, i) => blockRequest(1, i % 4000))
      const frame = batch(channel, messages)
      return (peer) => {
        peer.pause()
        return peer.send(frame)
      }
    }
  },

  'requests-unread': {
    sends: 'requests for blocks, and reads nothing',
    core: 'ours',
    event: 'stalled',
    prepare({ channel }) {
      const frames = Array.from({ length: 100 }, (_, frame) => {
        return batch(
          channel,
          Array.from({ length: 100 }, (_each, i) => blockRequest(1 + frame * 100 + i, i))
        )
      })
      return (peer, signal) => {
        peer.pause()
        return peer.repeat(frames, signal)
      }
    }
  },

  'requests-cancelled': {
    sends: 'requests, each cancelled at once',
    core: 'ours',
    prepare({ channel }) {
      const messages = Array.from({ length: 1000 }, (_, i) => [
        blockRequest(1 + i, i),
        message('cancel', 1 + i)
      ])
      const frame = batch(channel, messages.flat())
      return (peer, signal) => peer.repeat([frame], signal)
    }
  }
}
