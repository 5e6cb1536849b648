import { BoundedSet } from '@manycore/ground'
import { DATA_AT_WORK } from '../../defaults.js'
import {
  CONFLICT_CHECK,
  type Cost,
  DROPPED_DATA,
  LOOK_AT_PEER,
  LOOK_FOR_BLOCK,
  LOOK_FOR_RANGE,
  NO_DATA,
  PUSHED_BLOCK,
  UNASKED_BYTE,
  UNASKED_DATA,
  WRONG_DATA
} from '../costs.js'
import {
  type CoreChannel,
  type CorePeer,
  invalidData,
  isHere,
  lookedAt,
  takesPushes
} from '../hypercore-peer.js'
import { countMessages } from '../claims/claiming-peer.js'
import { requestTo } from '../asking/hypercore-requests.js'
import { type Cancel, type Data, MESSAGES } from '../messages.js'
import type { Host, Interceptor } from './interceptor.js'

/**
 * Requests of one channel that are remembered once we have cancelled them, because their answers may be on the way: as many as
 * Hypercore has under way (`MAX_INFLIGHT` of its lib/replicator.js).
 */
const CANCELLED_IDS = 512

const LOCKED = Symbol('data for the lock')
const WRONG = Symbol('wrong data')
const CANCELLED = Symbol('requests that we have cancelled')

type DataChannel = CoreChannel & { [LOCKED]?: Line; [WRONG]?: number; [CANCELLED]?: BoundedSet<number> }

/**
 * Charges data that nobody asked for, and data that was wrong. What proves a new length, a fork or a conflict is worked on
 * by Hypercore under one lock per core (`_rxLock` of `Peer.ondata()`), in the order in which it comes: of each channel a few
 * at a time go there, so that the upgrade of an honest peer never waits behind more than these.
 *
 * What is pushed and is here already is dropped; Hypercore would check it once more. So is a noData to a request that we
 * have not made: Hypercore would look what it can request of every peer. One that crosses our cancel is the remote's right.
 */
export function boundData({ work }: Host): Interceptor {
  /** Hypercore says only afterwards, and to nobody who waits for it: so the next message pays. */
  function chargeWrong(channel: DataChannel): void {
    const wrong = invalidData(channel.userData)
    const before = channel[WRONG] ?? 0
    if (wrong === before) return
    channel[WRONG] = wrong
    work.charge((wrong - before) * (WRONG_DATA + costOfLooking(channel.userData)), channel)
  }

  /** A block that was pushed, and is right, costs nothing. */
  async function creditPushed(
    working: Promise<void>,
    { userData }: DataChannel,
    { index, value }: NonNullable<Data['block']>,
    cost: Cost
  ): Promise<void> {
    await working
    if (isHere(userData, index)) work.credit(cost + value.byteLength * UNASKED_BYTE)
  }

  return {
    name: 'data',
    make: (make) => (opts) => {
      const channel: DataChannel | null = make(opts)
      const cancel = channel?.messages[MESSAGES.indexOf('cancel')]
      if (channel === null || cancel === undefined) return channel
      const { send } = cancel
      cancel.send = (message) => {
        channel[CANCELLED] ??= new BoundedSet(CANCELLED_IDS)
        channel[CANCELLED].add((message as Cancel).request)
        return send(message)
      }
      return channel
    },
    wrap: ({ data, noData }) => ({
      data(message, channel: DataChannel) {
        const peer = channel.userData
        chargeWrong(channel)
        const { request, block, upgrade } = message
        if (requestTo(peer, request) !== null) {
          return upgrade === null
            ? data(message, channel)
            : lineOf(channel).enter(() => data(message, channel))
        }
        const cost = costOfUnasked(message, peer)
        if (channel[CANCELLED]?.delete(request) === true) work.spend(cost)
        else work.chargeMessage(cost, channel)
        if (isRepeated(message, peer)) return void countMessages(peer, 'wireData', 1)
        if (request !== 0 && upgrade === null) return data(message, channel)
        const isPush = isPushedBlock(message, peer)
        const working = lineOf(channel).enter(() => {
          if (!isRepeated(message, peer)) return data(message, channel)
          return void countMessages(peer, 'wireData', 1)
        })
        return isPush ? creditPushed(working, channel, block!, cost) : working
      },
      noData(message, channel: DataChannel) {
        const peer = channel.userData
        const isAnswer =
          requestTo(peer, message.request) !== null || channel[CANCELLED]?.delete(message.request) === true
        if (!isAnswer) return undefined
        work.credit(NO_DATA)
        work.spend(costOfLooking(peer))
        return noData(message, channel)
      }
    })
  }
}

/** How many peers Hypercore looks at for one message; at the rest later, together (`MIN_PEER_UPDATE_ALL` of lib/replicator.js). */
const PEERS_AT_ONCE = 40

/** How many downloads it looks at for each of them (`MAX_RANGES`). */
const RANGES_AT_ONCE = 64

/** What it costs to look what can be requested of the peers of a core. */
function costOfLooking(peer: CorePeer): Cost {
  const { peers, blocks, ranges } = lookedAt(peer)
  const ofEach = LOOK_AT_PEER + blocks * LOOK_FOR_BLOCK + Math.min(RANGES_AT_ONCE, ranges) * LOOK_FOR_RANGE
  return Math.min(PEERS_AT_ONCE, peers) * ofEach
}

/** Of what neither proves anything new nor is pushed, Hypercore takes the lock, and drops it. */
function costOfUnasked(message: Data, peer: CorePeer): Cost {
  const { request, fork, upgrade } = message
  if (request === 0 && upgrade?.start === 0) return CONFLICT_CHECK
  if (fork > peer.core.state!.fork) return UNASKED_DATA
  if (!takesPushes(peer) || isRepeated(message, peer)) return DROPPED_DATA
  return upgrade === null ? PUSHED_BLOCK : UNASKED_DATA
}

/** Does it say what we have? Two peers may push the same block, because neither knows of the other. */
function isRepeated({ request, fork, block, upgrade }: Data, peer: CorePeer): boolean {
  const { state } = peer.core
  if (request === 0 && upgrade?.start === 0) return false // it may prove a conflict
  if (fork !== state!.fork || (block === null && upgrade === null)) return false
  if (upgrade !== null && upgrade.start + upgrade.length > state!.length) return false
  return block === null || isHere(peer, block.index)
}

/** Is it a block that we lack, and take from whoever has it? */
function isPushedBlock({ fork, block }: Data, peer: CorePeer): boolean {
  return block !== null && takesPushes(peer) && fork === peer.core.state!.fork && !isHere(peer, block.index)
}

function lineOf(channel: DataChannel): Line {
  return (channel[LOCKED] ??= new Line(channel))
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
