import b4a from 'b4a'
import { BoundedSet } from '@manycore/ground'
import { CLOSED_CORES, LASTING_MS } from '../../defaults.js'
import { CLAIM, HINT, CLOSE, type Cost, KNOWN_CHANNEL, OPEN, REJECT, REOPENED, SYNC } from '../costs.js'
import { isOfCore } from '../messages.js'
import { channelAt, endRejected, knownChannels, type OpenChannel } from '../protomux.js'
import { readUint } from '../uint.js'
import type { Host, Interceptor } from './interceptor.js'

/** What a channel may say as it opens, and as it comes to an agreement about who has what. */
const INTRODUCTION: Cost = OPEN + 3 * SYNC + 2 * CLAIM + HINT

/** When the remote proved that it knows the key, in ms; kept on the channel. */
const PROVED_AT = Symbol('proved at')

/**
 * Credits what it takes to open a core, and charges a remote that opens and closes the same one in turns: each time a peer
 * is made, announced and removed. Hypercore itself closes what nobody has wanted for 20 s, so a remote may close a channel
 * that has lasted, and open it again, as often as it likes.
 */
export function chargeCloses({ mux, clock, work }: Host): Interceptor {
  /** The names of channels that the remote has closed soon after they opened. */
  const closed = new BoundedSet<string>(CLOSED_CORES)

  function pay(channel: OpenChannel & { readonly [PROVED_AT]?: number }): void {
    const name = nameOf(channel)
    const hasLasted = clock.now() - (channel[PROVED_AT] ?? Infinity) >= LASTING_MS
    if (!hasLasted && closed.has(name)) return work.charge(REOPENED, channel)
    work.spend(CLOSE)
    if (hasLasted) closed.delete(name)
    else closed.add(name)
  }

  return {
    name: 'closes',
    control: ({ _onclosesession, _onrejectsession }) => ({
      _onclosesession(state) {
        const channel = channelAt(mux, readUint({ ...state }))
        if (channel !== null && isOfCore(channel.protocol)) pay(channel)
        _onclosesession(state)
      },
      _onrejectsession(state) {
        work.spend(REJECT) // it answers an open of ours: one that does not ends the stream
        if (endRejected(mux, readUint({ ...state }))) return
        work.spend(knownChannels(mux) * KNOWN_CHANNEL)
        _onrejectsession(state)
      }
    }),
    wrap: ({ open }) => ({
      open(handshake, channel) {
        const result = open(handshake, channel)
        Object.assign(channel, { [PROVED_AT]: clock.now() })
        if (closed.size === 0 || !closed.has(nameOf(channel as unknown as OpenChannel)))
          work.credit(INTRODUCTION)
        return result
      }
    })
  }
}

/** One for each core and lane. */
function nameOf({ protocol, id }: OpenChannel): string {
  return b4a.toString(id, 'hex') + protocol
}
