import type { Clock } from '@manycore/ground'
import { SLOWED_MS } from '../defaults.js'
import { ReplicatorError } from '../errors.js'
import { ADVANCE, ALLOWANCE, type Cost, SMALL_DEBT, UNASKED_BYTE } from './costs.js'

/** What is charged for, as far as an error names it: a channel of a core. */
interface Charged {
  /** 32 bytes, the discovery key */
  readonly id: Uint8Array
}

/** How much of a stream's charges one of its channels made up, kept on the channel. */
const CHARGES = Symbol('charges')

/**
 * The work that one stream makes. All of it is *spent*. What proves nothing is *charged* as well: to an allowance that
 * refills with time, and with what the remote has proved.
 */
export class Work {
  readonly #clock: Clock
  readonly #refillPerMs: () => Cost
  readonly #someCore: () => Uint8Array | null
  /** All that was spent, ever. Its changes say how much work a message was. */
  spent: Cost = 0
  /** Of the message that is being worked on, as long as they are not charged. */
  bytes = 0
  #debt: Cost = 0
  #settled: number
  /** How often the stream came into debt. */
  #debts = 0
  #worst: { readonly id: Uint8Array; readonly charges: Cost } | null = null
  /** When the stream's messages began to wait; null = none does. */
  #waitsFrom: number | null = null
  /** For how long they did, since there was no debt at all; −Infinity once it is told. */
  #waitedMs = 0

  /**
   * @param refillPerMs  how much of the allowance comes back per millisecond now
   * @param someCore     one that is open on the stream, which an error names if none was charged; null = none is
   */
  constructor(clock: Clock, refillPerMs: () => Cost, someCore: () => Uint8Array | null = () => null) {
    this.#clock = clock
    this.#refillPerMs = refillPerMs
    this.#someCore = someCore
    this.#settled = clock.now()
  }

  /** What was charged and is neither refilled nor proved; below 0 if more was proved. */
  get debt(): Cost {
    this.#refill()
    return this.#debt
  }

  /** Is there more debt than this? Most streams never come near it, and then nobody asks what time it is. */
  owes(much: Cost): boolean {
    return this.#debt > much && this.debt > much
  }

  /** Called before work that the remote is entitled to: an answer to our request, the answer to its own, news. */
  spend(cost: Cost): void {
    this.spent += cost
  }

  /**
   * Called before work that proves nothing so far.
   * @param channel  whose message it is; null = a message of the mux itself
   * @throws TOO_MUCH_WORK if the stream has used up its allowance; Protomux closes the stream then
   */
  charge(cost: Cost, channel: Charged | null): void {
    this.spent += cost
    if (this.#debt <= SMALL_DEBT && this.#debt + cost > SMALL_DEBT) this.#refill() // what is older than this
    this.#debt += cost
    if (channel !== null) this.#blame(channel, cost)
    if (this.#debt <= ALLOWANCE) return
    this.#refill()
    if (this.#debt > ALLOWANCE) throw this.tooMuch()
  }

  /** The same for the message that is being worked on, with its bytes. */
  chargeMessage(cost: Cost, channel: Charged | null): void {
    const { bytes } = this
    this.bytes = 0
    this.charge(cost + bytes * UNASKED_BYTE, channel)
  }

  /** Called once work that was charged has proved to be useful, or when something is proved that allows for more. */
  credit(cost: Cost): void {
    this.#debt = Math.max(-ADVANCE, this.#debt - cost)
  }

  /** Something waits because of it, so that the remote is owed nothing. */
  get owesWhatWaits(): boolean {
    return this.#waitsFrom !== null && this.#debt > SMALL_DEBT
  }

  /**
   * Adds up for how long the stream's messages wait because of what they cost.
   * @param waits  they wait now
   * @returns an error that says so, once it is long; else null
   */
  watch(waits: boolean): ReplicatorError | null {
    if (!waits && this.#waitsFrom === null && this.#waitedMs === 0) return null // as most streams always
    const now = this.#clock.now()
    if (this.#waitsFrom !== null) this.#waitedMs += now - this.#waitsFrom
    this.#waitsFrom = waits ? now : null
    if (!waits && this.debt <= 0) this.#waitedMs = 0
    if (this.#waitedMs < SLOWED_MS) return null
    this.#waitedMs = -Infinity
    const text =
      'a remote sends more that nobody asked for, or that proves nothing, than is worked on: it waits'
    return new ReplicatorError('SLOWED', text, { discoveryKey: this.#core })
  }

  /** @returns an error that ends the stream */
  tooMuch(): ReplicatorError {
    const text = 'a remote has used up the work that a stream may cost without proving anything'
    return new ReplicatorError('TOO_MUCH_WORK', text, { discoveryKey: this.#core })
  }

  get #core(): Uint8Array | null {
    return this.#worst?.id ?? this.#someCore()
  }

  /** Another debt begins: what was charged before is no reason for it. */
  #forgive(): void {
    this.#debts++
    this.#worst = null
  }

  #refill(): void {
    const now = this.#clock.now()
    if (this.#debt > 0) this.#debt = Math.max(0, this.#debt - (now - this.#settled) * this.#refillPerMs())
    this.#settled = now
  }

  #blame(channel: Charged & { [CHARGES]?: { of: number; cost: Cost } }, cost: Cost): void {
    if (this.#debt <= cost) this.#forgive()
    const known = (channel[CHARGES] ??= { of: this.#debts, cost: 0 })
    if (known.of !== this.#debts) Object.assign(known, { of: this.#debts, cost: 0 })
    const charges = (known.cost += cost)
    if (this.#worst === null || charges > this.#worst.charges) this.#worst = { id: channel.id, charges }
  }
}
