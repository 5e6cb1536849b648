/** Holds calls back while it is shut, and knows when none is inside. */
export class Gate {
  #inside = 0
  #onEmpty: (() => void) | null = null
  #shut: { readonly opened: Promise<void>; readonly open: () => void } | null = null

  get isShut(): boolean {
    return this.#shut !== null
  }

  /** Runs `fn` in the turn of the call when the gate is open. */
  async pass<T>(fn: () => Promise<T>): Promise<T> {
    while (this.#shut !== null) await this.#shut.opened
    this.#inside++
    try {
      return await fn()
    } finally {
      if (--this.#inside === 0) this.#onEmpty?.()
    }
  }

  /** Resolves once no call is inside. */
  async shut(): Promise<void> {
    if (this.#shut === null) {
      let open!: () => void
      const opened = new Promise<void>((resolve) => (open = resolve))
      this.#shut = { opened, open }
    }
    if (this.#inside > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve))
    this.#onEmpty = null
  }

  open(): void {
    this.#shut?.open()
    this.#shut = null
  }
}
