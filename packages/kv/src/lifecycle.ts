import { EngineError } from './errors.js'

/**
 * Whether an engine is open, and which calls run: open() and close() share one promise each, a failed
 * open may be tried again, and close() waits for the calls that run.
 */
export class Lifecycle {
  readonly #name: string
  #state: 'closed' | 'opening' | 'open' | 'closing' = 'closed'
  #change: Promise<void> = Promise.resolve()
  #running = 0
  #idle: (() => void) | null = null

  /** @param name  of the engine, for messages */
  constructor(name: string) {
    this.#name = name
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** @param fn  opens; when it rejects the engine is closed again */
  open(fn: () => Promise<void>): Promise<void> {
    if (this.#state === 'open' || this.#state === 'opening') return this.#change
    const before = this.#change
    this.#state = 'opening'
    this.#change = this.#open(before, fn)
    return this.#change
  }

  /** @param fn  closes; called once, after every call that runs has ended */
  close(fn: () => Promise<void>): Promise<void> {
    if (this.#state === 'closed' || this.#state === 'closing') return this.#change.catch(() => {}) // told to open()
    const before = this.#change
    this.#state = 'closing'
    this.#change = this.#close(before, fn)
    return this.#change
  }

  /** @throws ENGINE_CLOSED naming the call */
  check(call: string): void {
    if (this.#state !== 'open')
      throw new EngineError('ENGINE_CLOSED', `${call} on a ${this.#name} engine that is ${this.#state}`)
  }

  /** Runs a call that close() waits for. */
  async run<T>(call: string, fn: () => Promise<T>): Promise<T> {
    this.check(call)
    this.#running++
    try {
      return await fn()
    } finally {
      if (--this.#running === 0) this.#idle?.()
    }
  }

  async #open(before: Promise<void>, fn: () => Promise<void>): Promise<void> {
    await before.catch(() => {}) // told to whoever closed
    try {
      await fn()
      if (this.#state === 'opening') this.#state = 'open'
    } catch (err) {
      if (this.#state === 'opening') this.#state = 'closed'
      throw err
    }
  }

  async #close(before: Promise<void>, fn: () => Promise<void>): Promise<void> {
    const opened = await before.then(
      () => true,
      () => false // told to open(), which left nothing open
    )
    try {
      if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
      this.#idle = null
      if (opened) await fn()
    } finally {
      if (this.#state === 'closing') this.#state = 'closed'
    }
  }
}
