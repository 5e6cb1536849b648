import type { Peer, Protomux } from '@manycore/hypercore-types'
import { READS_PER_STREAM } from './defaults.js'
import { madeOnce } from './made-once.js'
import { unansweredRequests } from './upstream-internals.js'

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
    if (all.busy >= READS_PER_STREAM) {
      all.waiting.add(channel)
      return withoutRoom(protomux, () => onrequest(message, channel))
    }
    const working = onrequest(message, channel)
    if (!(working instanceof Promise)) return working
    all.busy++
    return working.finally(() => (--all.busy === 0 ? takeTurns(all, protomux) : undefined))
  }
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
  return madeOnce(turns, mux, () => ({ busy: 0, waiting: new Set(), isTurning: false, now: null }))
}
