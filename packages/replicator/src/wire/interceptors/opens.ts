import b4a from 'b4a'
import { CHANNEL_IDS, EARLY_BYTES, OPEN_BYTES_PER_STREAM } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { readOpen } from '../opens/open-message.js'
import { Packets } from '../opens/packets.js'
import { channelNumbers, type DecodeState, earlyBytes, refuseFirstOpens, unansweredAt } from '../protomux.js'
import { readUint } from '../uint.js'
import type { Host, Interceptor } from './interceptor.js'

/**
 * Ends the stream of a remote that uses more channel numbers than anybody has channels, or does not read our answers.
 */
export function countOpens(host: Host): Interceptor {
  /** opens since the remote last read all we wrote */
  let unread = 0

  return {
    name: 'opens',
    control: ({ _onopensession }) => ({
      _onopensession(state) {
        unread = host.mux.drained ? 0 : unread + 1
        const ids = channelNumbers(host.mux)
        if (ids >= CHANNEL_IDS) {
          throw new ReplicatorError('TOO_MANY_OPENS', `opens on ${ids} channel numbers of one stream`)
        }
        if (unread > host.limits.unreadAnswers) {
          throw new ReplicatorError('UNREAD_ANSWERS', `${unread} opens, and the answers are not read`)
        }
        return _onopensession(state)
      }
    })
  }
}

/** Bytes that Protomux counts for a message that waits, beside its own (`byteSize()`). */
const EARLY_MESSAGE = 512

/**
 * Bounds the opens that Protomux itself keeps until they are answered, of other protocols for the most part: their number
 * and their bytes. It would take any number (its MAX_BACKLOG is Infinity), and keep with each of them, and with each
 * message for a channel that is not open yet, the whole frame that it came in.
 */
export function boundOtherOpens(host: Host): Interceptor {
  const { mux } = host
  const packets = new Packets(mux, host.clock)
  let count = 0
  let bytes = 0

  return {
    name: 'opens of others',
    control: ({ _onopensession, _bufferMessage }) => ({
      _onopensession(state) {
        const { number, protocol, id, handshake } = readOpen(state)
        // The name and the id are kept in hex as well, to find them by.
        const kept = 2 * protocol.byteLength + 4 * id.byteLength + handshake.byteLength
        if (count >= host.limits.pendingOpens || bytes + kept > OPEN_BYTES_PER_STREAM) {
          const text = `${count} opens of one stream, with ${bytes + kept} bytes, wait for an answer`
          throw new ReplicatorError('TOO_MANY_OPENS', text)
        }
        const answering = _onopensession(state)
        if (answering === null) return null
        const open = unansweredAt(mux, number)
        if (open !== null) open.state = copyOf({ buffer: handshake, start: 0, end: handshake.byteLength })
        count++
        bytes += kept
        const packet = packets.current()
        void answering.then(() => {
          count--
          bytes -= kept
          packet?.answered()
        })
        return packets.promise(packet)
      },
      _bufferMessage(remote, type, state) {
        const early = earlyBytes(mux) + EARLY_MESSAGE + state.end - state.start
        if (early > EARLY_BYTES) {
          const text = `${early} bytes have come for channels that are not open yet`
          throw new ReplicatorError('TOO_MANY_OPENS', text)
        }
        _bufferMessage(remote, type, copyOf(state))
      }
    }),
    release: () => packets.leave()
  }
}

/** In a buffer of its own: a part of a shared one would keep all of that. */
function copyOf({ buffer, start, end }: DecodeState): DecodeState {
  const bytes = b4a.allocUnsafeSlow(end - start)
  bytes.set(buffer.subarray(start, end))
  return { buffer: bytes, start: 0, end: bytes.byteLength }
}

/**
 * Refuses opens that the remote took back, by a close, before we answered. Protomux forgets such a close
 * (`_onclosesession()`) and would open the channel: its number would be in use for us and free for the remote, whose
 * next open with it would end the stream ('Invalid open message').
 *
 * These are the opens that Protomux keeps, which is where their number would have to be found to refuse them at once: they
 * are refused when it is their turn. `holdOpens()` does it for those that we keep.
 */
export function refuseClosedOpens({ mux }: Host): Interceptor {
  const closed = new WeakSet<object>()

  return {
    name: 'opens taken back',
    control: ({ _onclosesession, createChannel }) => ({
      _onclosesession(state) {
        const remote = unansweredAt(mux, readUint({ ...state }))
        if (remote !== null) closed.add(remote)
        _onclosesession(state)
      },
      createChannel(opts) {
        refuseFirstOpens(mux, opts, (remote) => closed.has(remote))
        return createChannel(opts)
      }
    })
  }
}
