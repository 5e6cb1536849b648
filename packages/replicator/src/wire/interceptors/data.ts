import { DATA_AT_WORK } from '../../defaults.js'
import {
  CONFLICT_CHECK,
  type Cost,
  DROPPED_DATA,
  LOOK_AT_PEER,
  NO_DATA,
  UNASKED_DATA,
  WRONG_DATA
} from '../costs.js'
import {
  type CoreChannel,
  type CorePeer,
  invalidData,
  isHere,
  peerCount,
  takesPushes
} from '../hypercore-peer.js'
import { requestTo } from '../asking/hypercore-requests.js'
import type { Data } from '../messages.js'
import type { Host, Interceptor } from './interceptor.js'

const LOCKED = Symbol('data for the lock')
const WRONG = Symbol('wrong data')

type DataChannel = CoreChannel & { [LOCKED]?: Line; [WRONG]?: number }

/**
 * Charges data that nobody asked for, and data that was wrong. What proves a new length, a fork or a conflict is worked on
 * by Hypercore under one lock per core (`_rxLock` of `Peer.ondata()`), in the order in which it comes: of each channel a few
 * at a time go there, so that the upgrade of an honest peer never waits behind more than these.
 */
export function boundData({ work }: Host): Interceptor {
  /** Hypercore says only afterwards, and to nobody who waits for it: so the next message pays. */
  function chargeWrong(channel: DataChannel): void {
    const wrong = invalidData(channel.userData)
    const before = channel[WRONG] ?? 0
    if (wrong === before) return
    channel[WRONG] = wrong
    work.charge((wrong - before) * WRONG_DATA, channel)
  }

  /** A block that was pushed, and is right, costs nothing. */
  async function creditPushed(
    working: Promise<void>,
    { userData }: DataChannel,
    index: number
  ): Promise<void> {
    await working
    if (isHere(userData, index)) work.credit(UNASKED_DATA)
  }

  return {
    name: 'data',
    wrap: ({ data, noData }) => ({
      data(message, channel: DataChannel) {
        const peer = channel.userData
        chargeWrong(channel)
        const cost = requestTo(peer, message.request) !== null ? 0 : costOfUnasked(message, peer)
        if (cost > 0) work.charge(cost, channel)
        if (message.request !== 0 && message.upgrade === null) return data(message, channel)
        const line = (channel[LOCKED] ??= new Line(channel))
        const isNew = cost === UNASKED_DATA && message.block !== null && !isHere(peer, message.block.index)
        const working = line.enter(() => data(message, channel))
        return isNew ? creditPushed(working, channel, message.block!.index) : working
      },
      noData(message, channel) {
        const peer = channel.userData
        if (requestTo(peer, message.request) !== null) work.credit(NO_DATA)
        else work.charge(LOOK_AT_PEER * Math.min(PEERS_AT_ONCE, peerCount(peer)), channel)
        return noData(message, channel)
      }
    })
  }
}

/** How many peers Hypercore looks at for one message; at the rest later, together (`MIN_PEER_UPDATE_ALL` of lib/replicator.js). */
const PEERS_AT_ONCE = 40

/** Of what neither proves anything new nor is pushed, Hypercore takes the lock, and drops it. */
function costOfUnasked({ request, fork, upgrade }: Data, peer: CorePeer): Cost {
  if (request === 0 && upgrade?.start === 0) return CONFLICT_CHECK
  return fork > peer.core.state!.fork || takesPushes(peer) ? UNASKED_DATA : DROPPED_DATA
}

/** The data of one channel that needs the lock of its core. */
class Line {
  readonly #channel: CoreChannel
  readonly #waiting: (() => void)[] = []
  #atWork = 0

  constructor(channel: CoreChannel) {
    this.#channel = channel
  }

  async enter(work: () => unknown): Promise<void> {
    if (this.#atWork >= DATA_AT_WORK) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#atWork++
    try {
      if (!this.#channel.closed) await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#atWork--
      else next() // takes our place
    }
  }
}
