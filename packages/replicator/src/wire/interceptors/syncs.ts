import { MAX_BLOCKS } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { acknowledges, aroundMessages, type CoreChannel, type Handler, isSyncing } from '../hypercore-peer.js'
import type { Sync } from '../messages.js'
import { REPLACED, SYNC } from '../costs.js'
import type { Work } from '../work.js'
import type { Host, Interceptor } from './interceptor.js'

/** What is known of a channel's syncs is kept on it: a table would keep the room of as many as there ever were. */
const SYNCED = Symbol('syncs')

type SyncedChannel = CoreChannel & { [SYNCED]?: Synced }

interface Synced {
  /** of the last sync */
  turn: number
  /** what came of a sync that is at work */
  working: unknown
  held: Held | undefined
  /** the length of ours that was acknowledged */
  acknowledged: number
}

/** The newest of the syncs that came while another one was being worked on. */
interface Held {
  message: Sync
  readonly handler: Handler<Sync>
  /** what came of it, once Hypercore has got it */
  working: unknown
}

/**
 * Works on the newest of a channel's syncs only. Each one says everything that the last one said, so of those that come
 * while one is being worked on, or in the turn in which one came, the newest is kept and the others are dropped. Hypercore
 * would work on each, and look up in storage how far the remote can be upgraded. Whatever else comes on the channel has the
 * newest one worked on before it, and so has the remote's close, by which Hypercore decides whether it opens the channel
 * again. A sync that comes on its own passes through.
 */
export function newestSync({ work }: Host): Interceptor {
  const syncs = new Syncs(work)
  return {
    name: 'newest sync',
    control: ({ _onclosesession }) => ({
      _onclosesession(state) {
        syncs.tellAll()
        _onclosesession(state)
      }
    }),
    wrap: (inner) => ({
      ...aroundMessages(inner, (handler) => (message, channel) => {
        syncs.tell(channel)
        return handler(message, channel)
      }),
      sync(message, channel) {
        checkNumbers(message)
        return syncs.take(message, channel, inner.sync)
      }
    })
  }
}

class Syncs {
  readonly #spending: Work
  #turn = 0
  #isTurnOver = true
  /** the channels that hold a sync */
  readonly #holding = new Set<SyncedChannel>()

  constructor(work: Work) {
    this.#spending = work
  }

  take(message: Sync, channel: SyncedChannel, handler: Handler<Sync>): unknown {
    const synced = (channel[SYNCED] ??= { turn: -1, working: undefined, held: undefined, acknowledged: -1 })
    if (synced.held !== undefined) {
      this.#spending.charge(REPLACED, channel)
      synced.held.message = message
      return undefined
    }
    if (synced.turn === this.#turn || isSyncing(channel.userData)) {
      return this.#hold({ message, handler, working: undefined }, channel, synced)
    }
    return this.#work(message, channel, synced, handler)
  }

  /** Has Hypercore work on what a channel holds. */
  tell(channel: SyncedChannel): void {
    if (this.#holding.size === 0) return
    const synced = channel[SYNCED]
    const held = synced?.held
    if (synced === undefined || held === undefined) return
    this.#release(channel, synced, held)
    if (held.working instanceof Promise) held.working.catch(isHandled)
  }

  tellAll(): void {
    for (const channel of this.#holding) this.tell(channel)
  }

  async #hold(held: Held, channel: SyncedChannel, synced: Synced): Promise<unknown> {
    synced.held = held
    this.#holding.add(channel)
    try {
      await synced.working
    } catch {
      // Its own handler has said so.
    }
    if (synced.held === held) this.#release(channel, synced, held)
    return held.working
  }

  #release(channel: SyncedChannel, synced: Synced, held: Held): void {
    synced.held = undefined
    this.#holding.delete(channel)
    if (!channel.closed) held.working = this.#work(held.message, channel, synced, held.handler)
  }

  #work(message: Sync, channel: CoreChannel, synced: Synced, handler: Handler<Sync>): unknown {
    if (this.#isTurnOver) {
      this.#isTurnOver = false
      queueMicrotask(this.#endTurn)
    }
    synced.turn = this.#turn
    this.#pay(message, channel, synced)
    const working = handler(message, channel)
    synced.working = isSyncing(channel.userData) ? working : undefined
    return working
  }

  /** The first sync of a channel is free of charge, and one that acknowledges more of our length than any before. */
  #pay({ remoteLength }: Sync, channel: CoreChannel, synced: Synced): void {
    const before = synced.acknowledged
    if (!acknowledges(channel.userData, remoteLength, before)) return this.#spending.charge(SYNC, channel)
    synced.acknowledged = Math.max(before, remoteLength)
    this.#spending.spend(SYNC)
  }

  readonly #endTurn = (): void => {
    this.#turn++
    this.#isTurnOver = true
  }
}

/** The promise of `Syncs.#hold()` rejects with it, for Protomux. */
function isHandled(): void {}

/**
 * Hypercore keeps a fork and two lengths as the remote says them. A `remoteLength` that we never had at our fork is let
 * through: it is only compared with our length, so the remote is asked for no upgrade, as if it had not seen ours yet.
 */
function checkNumbers({ fork, length, remoteLength }: Sync): void {
  if (length > MAX_BLOCKS || remoteLength > MAX_BLOCKS) {
    const text = `a sync of ${Math.max(length, remoteLength)} blocks; a core has at most ${MAX_BLOCKS}`
    throw new ReplicatorError('BAD_FRAME', text)
  }
  if (!Number.isSafeInteger(fork)) throw new ReplicatorError('BAD_FRAME', `a sync of fork ${fork}`)
}
