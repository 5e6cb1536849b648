import type { Peer, Protomux } from '@manycore/hypercore-types'
import { READ_BYTES_PER_STREAM, READS_PER_STREAM } from '../defaults.js'
import { madeOnce } from './made-once.js'
import { unansweredRequests } from './opens.js'

interface CoreChannel {
  readonly closed: boolean
  readonly userData: Peer
  ondrain(channel: CoreChannel): unknown
}

type OnRequest<C> = (message: unknown, channel: C) => unknown
type OnDrain<C> = (channel: C) => unknown

/** The requests of one stream. */
interface Turns {
  /** being answered, without those of a turn */
  busy: number
  /** of their blocks, as far as that can be known before they are read */
  busyBytes: number
  /** channels whose requests wait; the one that has waited longest is next */
  readonly waiting: Set<CoreChannel>
  isTurning: boolean
  /** whose turn begins in this very call */
  now: CoreChannel | null
}

const turns = new WeakMap<Protomux, Turns>()

/**
 * Hypercore reads a block for every request that comes before the first answer has filled the stream: thousands, for
 * a packet of 20 bytes each, and a remote that reads nothing has them wait in memory. It lets requests wait
 * while the stream takes no more (11.37.1 lib/replicator.js:952), so it is told so when enough are being answered.
 */
export function serveInTurn<C extends CoreChannel>(onrequest: OnRequest<C>): OnRequest<C> {
  return (message, channel) => {
    const { protomux } = channel.userData
    const all = turnsOf(protomux)
    if (!protomux.drained) return onrequest(message, channel)
    const bytes = averageBlock(channel)
    if (isFull(all, bytes)) {
      all.waiting.add(channel)
      return withoutRoom(protomux, () => onrequest(message, channel))
    }
    const working = onrequest(message, channel)
    if (!(working instanceof Promise)) return working
    all.busy++
    all.busyBytes += bytes
    return working.finally(() => {
      all.busyBytes -= bytes
      return --all.busy === 0 ? takeTurns(all, protomux) : undefined
    })
  }
}

function isFull({ busy, busyBytes }: Turns, bytes: number): boolean {
  return busy >= READS_PER_STREAM || (busy > 0 && busyBytes + bytes > READ_BYTES_PER_STREAM)
}

/** In bytes, of the channel's core. What the block asked for has is in its Merkle tree, which takes reads as well. */
function averageBlock({ userData }: CoreChannel): number {
  const { byteLength, length } = userData.core.state! // it is open: it has a peer
  return length === 0 ? 0 : byteLength / length
}

/** When the stream takes more, Hypercore would read a block for every channel at once. */
export function drainInTurn<C extends CoreChannel>(ondrain: OnDrain<C>): OnDrain<C> {
  return (channel) => {
    const { protomux } = channel.userData
    const all = turnsOf(protomux)
    if (all.now === channel) return ondrain(channel)
    if (unansweredRequests(channel.userData) === 0) return undefined
    all.waiting.add(channel)
    return all.isTurning ? undefined : takeTurns(all, protomux)
  }
}

/** A turn: one channel answers what waits, until the stream is full. Those that are left out come first next time. */
async function takeTurns(all: Turns, mux: Protomux): Promise<void> {
  if (all.isTurning) return
  all.isTurning = true
  try {
    for (const channel of all.waiting) {
      if (!mux.drained) return
      all.waiting.delete(channel)
      await takeTurn(channel, all)
    }
  } finally {
    all.isTurning = false
  }
}

async function takeTurn(channel: CoreChannel, all: Turns): Promise<void> {
  try {
    all.now = channel
    const working = channel.ondrain(channel)
    all.now = null
    await working
  } catch (err) {
    if (!channel.closed) throw err // Protomux ends the stream
  } finally {
    all.now = null
  }
}

function withoutRoom<T>(mux: Protomux, call: () => T): T {
  const open: { drained: boolean } = mux
  open.drained = false
  try {
    return call()
  } finally {
    open.drained = true
  }
}

function turnsOf(mux: Protomux): Turns {
  return madeOnce(turns, mux, () => ({
    busy: 0,
    busyBytes: 0,
    waiting: new Set(),
    isTurning: false,
    now: null
  }))
}
