/** Holds calls back while it is shut, and knows when none is inside. */
export class Gate {
  #inside = 0
  #onEmpty: (() => void) | null = null
  #shut: { readonly opened: Promise<void>; readonly open: (refusal?: Error) => void } | null = null

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
      let open!: (refusal?: Error) => void
      const opened = new Promise<void>((resolve, reject) => {
        open = (refusal) => (refusal === undefined ? resolve() : reject(refusal))
      })
      opened.catch(() => {}) // told to the calls that wait, if there are any
      this.#shut = { opened, open }
    }
    if (this.#inside > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve))
    this.#onEmpty = null
  }

  /** @param refusal  what the calls that wait reject with; default: they go on */
  open(refusal?: Error): void {
    this.#shut?.open(refusal)
    this.#shut = null
  }
}
