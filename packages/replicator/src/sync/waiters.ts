import { onLaterTurn } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import type { PolicyGate } from '../attach/policy-gate.js'
import { ReplicatorError } from '../errors.js'
import { isSamePeer } from '../policy/policy-change.js'
import type { PolicyChange } from '../policy/policy-change.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'
import { LOOK_AGAIN_MS } from './defaults.js'
import type { Levels } from './levels.js'

interface Waiter {
  readonly peer: PolicyChange['peer']
  readonly resolve: () => void
  readonly reject: (err: ReplicatorError) => void
}

/**
 * Those who wait until peers are level. While there are any, it is known which cores differ on which stream: only these are
 * looked at, and those that have moved. Before anybody is told that all are level, all are looked at once.
 */
export class Waiters {
  readonly #streams: StreamSet<PolicyGate>
  readonly #levels: Levels
  readonly #clock: Clock
  readonly #waiting = new Set<Waiter>()
  readonly #differing = new Map<OpenStream<PolicyGate>, Set<InnerCore>>()
  readonly #moved = new Set<InnerCore>()
  #isLooking = false
  #timer: unknown = null

  constructor(streams: StreamSet<PolicyGate>, levels: Levels, clock: Clock) {
    this.#streams = streams
    this.#levels = levels
    this.#clock = clock
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** @throws REPLICATOR_CLOSED if close() is called before it is level */
  async wait(peer: PolicyChange['peer']): Promise<void> {
    this.#scan()
    if (this.#isLevel(peer)) return this.#rest()
    await new Promise<void>((resolve, reject) => {
      this.#waiting.add({ peer, resolve, reject })
      this.#lookAgain()
    })
  }

  /** Something may have changed. @param core  null = not with a core */
  moved(core: InnerCore | null): void {
    if (this.isEmpty) return
    if (core !== null) this.#moved.add(core)
    if (this.#isLooking) return
    this.#isLooking = true
    onLaterTurn(() => this.#look()) // not by a timer: a program may have nothing else left to do
  }

  close(): void {
    const err = new ReplicatorError('REPLICATOR_CLOSED', 'close() while synced() was waiting')
    for (const { reject } of this.#waiting) reject(err)
    this.#waiting.clear()
    this.#rest()
  }

  #look(): void {
    this.#isLooking = false
    for (const record of this.#differing.keys()) if (record.index === -1) this.#differing.delete(record)
    for (const core of this.#moved) {
      for (const record of this.#streams) this.#note(core, record, this.#levels.isLevelOn(record, core))
    }
    this.#moved.clear()
    const isAnyLevel = [...this.#waiting].some(({ peer }) => this.#isLevel(peer))
    if (isAnyLevel) this.#scan()
    for (const waiter of this.#waiting) {
      if (!this.#isLevel(waiter.peer)) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
    if (this.isEmpty) this.#rest()
  }

  #isLevel(peer: PolicyChange['peer']): boolean {
    for (const record of this.#streams) {
      if (!mayBePeer(peer, record)) continue
      if ((this.#differing.get(record)?.size ?? 0) > 0 || !this.#levels.isSettled(record)) return false
    }
    return true
  }

  /** Looks at all that is attached. */
  #scan(): void {
    this.#differing.clear()
    for (const [core, record] of this.#levels.pairs()) {
      this.#note(core, record, this.#levels.standing(core, record).isLevel)
    }
  }

  #note(core: InnerCore, record: OpenStream<PolicyGate>, isLevel: boolean): void {
    const cores = this.#differing.get(record)
    if (isLevel) return void cores?.delete(core)
    if (cores === undefined) this.#differing.set(record, new Set([core]))
    else cores.add(core)
  }

  #lookAgain(): void {
    if (this.#timer !== null) return
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null
      if (this.isEmpty) return
      for (const cores of this.#differing.values()) for (const core of cores) this.#moved.add(core)
      this.moved(null)
      this.#lookAgain()
    }, LOOK_AGAIN_MS)
  }

  #rest(): void {
    if (!this.isEmpty) return
    this.#clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#differing.clear()
    this.#moved.clear()
  }
}

/** A stream whose handshake is not over may be one to any peer. */
function mayBePeer(peer: PolicyChange['peer'], { noise, stream }: OpenStream): boolean {
  const { remotePublicKey } = noise
  if (remotePublicKey === null && peer instanceof Uint8Array) return true
  return isSamePeer(peer, { remotePublicKey: remotePublicKey!, stream, data: null })
}
