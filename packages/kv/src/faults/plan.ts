import { checkFault, errorOf, type Fault, type FaultHit, type FaultOperation } from './fault.js'

/** What goes wrong, and when. The same plan gives the same faults for the same operations. */
export class FaultPlan {
  readonly #random: (n: number) => number
  readonly #rules: { readonly fault: Fault; readonly isDue: () => boolean }[] = []
  readonly #hits: FaultHit[] = []
  #held: (() => void)[] = []

  /**
   * @param faults  if several are due at the same operation, the first one happens
   * @param seed    for faults with `oneIn`
   * @throws        BAD_ARGUMENT
   */
  constructor(faults: readonly Fault[] = [], seed = 1) {
    this.#random = randomNumbers(seed)
    for (const fault of faults) this.add(fault)
  }

  /** What has happened so far. */
  get hits(): readonly FaultHit[] {
    return this.#hits
  }

  /** How many operations wait for `release()`. */
  get held(): number {
    return this.#held.length
  }

  /**
   * Adds one fault.
   * @throws BAD_ARGUMENT
   */
  add(given: Fault): void {
    const fault = checkFault(given)
    const { nth = 1, oneIn } = fault
    let count = 0
    const isDue = oneIn === undefined ? () => ++count === nth : () => this.#random(oneIn) === 0
    this.#rules.push({ fault, isDue })
  }

  /** Lets the operations that are held now go on. */
  release(): void {
    for (const resolve of this.#held.splice(0)) resolve()
  }

  /**
   * Called by wrappers at each operation.
   * @returns  the fault that happens to it, or null
   * @throws   what a `fail` rejects with
   */
  take(on: FaultOperation, file = ''): Fault | null {
    const matching = this.#rules.filter(
      ({ fault }) => fault.on === on && file.search(fault.file ?? '') !== -1
    )
    const due = matching.filter(({ isDue }) => isDue()) // each of them counts this operation
    if (due.length === 0) return null
    const { fault } = due[0]!
    this.#hits.push({ on, action: fault.action, file })
    if (fault.action === 'fail') throw errorOf(fault)
    return fault
  }

  /** Called by wrappers to delay an operation: resolves at the next `release()`. */
  hold(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve))
  }

  /** Like `take()`, but if the fault is a delay, it waits for `release()`. */
  async meet(on: FaultOperation, file?: string): Promise<Fault | null> {
    const fault = this.take(on, file)
    if (fault?.action === 'delay') await this.hold()
    return fault
  }
}

/**
 * Random numbers for tests that can be repeated (Mulberry32).
 * @returns a function that gives integers in `[0, n)`, the same ones for the same seed
 */
export function randomNumbers(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}
