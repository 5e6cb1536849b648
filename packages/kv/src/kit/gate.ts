/** Holds calls back while it is shut, and knows when none is inside. */
export class Gate {
  #inside = 0
  #waiting: (() => void)[] = []
  #shut: { readonly opened: Promise<void>; readonly open: () => void } | null = null
  #refusal: Error | null = null

  get isShut(): boolean {
    return this.#shut !== null
  }

  /** Runs `fn` in the turn of the call when the gate is open. */
  async pass<T>(fn: () => Promise<T>): Promise<T> {
    while (this.#shut !== null) await this.#shut.opened
    if (this.#refusal !== null) throw this.#refusal
    this.#inside++
    try {
      return await fn()
    } finally {
      if (--this.#inside === 0) for (const resolve of this.#waiting.splice(0)) resolve()
    }
  }

  /** Calls wait from now on; those that are inside go on. */
  shut(): void {
    if (this.#shut !== null) return
    let open!: () => void
    this.#shut = { opened: new Promise((resolve) => (open = resolve)), open }
  }

  /** Resolves once no call is inside. */
  async empty(): Promise<void> {
    while (this.#inside > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Calls that waited go on, as do new ones. */
  open(): void {
    this.#refusal = null
    this.#shut?.open()
    this.#shut = null
  }

  /** Calls that waited reject, as do new ones until open(). */
  refuse(refusal: Error): void {
    this.open()
    this.#refusal = refusal
  }
}
