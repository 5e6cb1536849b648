import { EngineError } from '../errors.js'

type Step = 'open' | 'close' | 'suspend' | 'resume'

interface QueuedStep {
  /** null once it has failed */
  step: Step | null
  done: Promise<void>
}

/**
 * Knows whether an engine is open, and which calls are running. open(), close(), suspend() and resume() form a queue: they are
 * carried out in the order of the calls, and each begins when the one before it has ended, in the state that it has left. Their
 * outcome is therefore the same, whether the caller awaits each of them or none. docs/write-an-engine.md has the table.
 */
export class Lifecycle {
  readonly #name: string
  #state: 'closed' | 'opening' | 'open' | 'closing' = 'closed'
  /** false after a suspend() that failed half-way: a second one tries again */
  #isSuspended = false
  readonly #gate = new Gate()
  /** calls, including those that the gate holds back */
  #running = 0
  #onidle: (() => void)[] = []
  /** steps that have not ended */
  #queued = 0
  /** calls of close() that have not ended; from the first one on, other calls are refused */
  #closes = 0
  #last: QueuedStep | null = null

  /** @param name  the engine's, for messages */
  constructor(name: string) {
    this.#name = name
  }

  /**
   * Opens the engine, in its turn.
   * @param fn  opens; if it rejects, the engine is closed again
   */
  open(fn: () => Promise<void>): Promise<void> {
    return this.#enqueue('open', async () => {
      if (this.#state !== 'closed') return // a suspended engine is open
      this.#state = 'opening'
      try {
        await fn()
        this.#state = 'open'
      } catch (err) {
        this.#state = 'closed'
        throw err
      }
    })
  }

  /**
   * Closes the engine, in its turn.
   * @param fn  closes the engine, be it suspended or not; called once all running calls have ended. The engine is closed
   *   even if it rejects.
   */
  close(fn: () => Promise<void>): Promise<void> {
    return this.#enqueue('close', async () => {
      if (this.#state === 'closed') return
      this.#state = 'closing'
      if (this.#gate.isShut)
        this.#gate.refuse(new EngineError('ENGINE_CLOSED', 'the engine was closed while it was suspended'))
      while (this.#running > 0) await new Promise<void>((resolve) => this.#onidle.push(resolve))
      try {
        await fn()
      } finally {
        this.#state = 'closed'
        this.#isSuspended = false
        this.#gate.open()
      }
    })
  }

  /**
   * Suspends the engine, in its turn.
   * @param fn  frees files and lock; called once no call is running. It must be idempotent: after a failure, the next
   *   suspend() calls it again, or resume() undoes it. Calls wait until resume().
   */
  suspend(fn: () => Promise<void>): Promise<void> {
    return this.#enqueue('suspend', async () => {
      this.#checkState('suspend()')
      if (this.#isSuspended) return
      this.#gate.shut()
      await this.#gate.empty()
      await fn()
      this.#isSuspended = true
    })
  }

  /**
   * Resumes the engine, in its turn.
   * @param fn  takes files and lock back; if it rejects, the engine stays suspended
   */
  resume(fn: () => Promise<void>): Promise<void> {
    return this.#enqueue('resume', async () => {
      this.#checkState('resume()')
      if (!this.#gate.isShut) return
      await fn()
      this.#isSuspended = false
      this.#gate.open()
    })
  }

  /**
   * Refuses a call unless the engine is open.
   * @throws ENGINE_CLOSED naming the call
   */
  check(call: string): void {
    if (this.#closes > 0) this.#refuse(call, 'closing')
    this.#checkState(call)
  }

  /** Runs a call that close() and suspend() wait for, and that waits while the engine is suspended. */
  async run<T>(call: string, fn: () => Promise<T>): Promise<T> {
    this.check(call)
    this.#running++
    try {
      return await this.#gate.pass(fn)
    } finally {
      if (--this.#running === 0) for (const resolve of this.#onidle.splice(0)) resolve()
    }
  }

  #checkState(call: string): void {
    if (this.#state !== 'open') this.#refuse(call, this.#state)
  }

  #refuse(call: string, state: string): never {
    throw new EngineError('ENGINE_CLOSED', `${call} on a ${this.#name} engine that is ${state}`)
  }

  /** If no step is under way it runs at once, so that the caller's next line already finds calls held back or refused. */
  #enqueue(step: Step, fn: () => Promise<void>): Promise<void> {
    if (this.#last?.step === step) return this.#last.done // the same was asked for last
    const before = this.#queued > 0 ? this.#last!.done : null
    this.#queued++
    if (step === 'close') this.#closes++
    const last: QueuedStep = { step, done: Promise.resolve() }
    last.done = this.#run(last, fn, before)
    this.#last = last
    return last.done
  }

  async #run(last: QueuedStep, fn: () => Promise<void>, before: Promise<void> | null): Promise<void> {
    if (before !== null) await before.catch(() => {}) // told to its caller
    const isClose = last.step === 'close'
    try {
      await fn()
    } catch (err) {
      last.step = null // the next one tries again
      throw err
    } finally {
      this.#queued--
      if (isClose) this.#closes--
    }
  }
}

/** Holds calls back while it is shut, and knows when no call is inside. */
class Gate {
  #inside = 0
  #waiting: (() => void)[] = []
  #shut: { readonly opened: Promise<void>; readonly open: () => void } | null = null
  #refusal: Error | null = null

  get isShut(): boolean {
    return this.#shut !== null
  }

  /** If the gate is open, runs `fn` synchronously; otherwise waits until it is. */
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

  /** From now on calls wait; those that are inside go on. */
  shut(): void {
    if (this.#shut !== null) return
    let open!: () => void
    this.#shut = { opened: new Promise((resolve) => (open = resolve)), open }
  }

  /** Resolves once no call is inside. */
  async empty(): Promise<void> {
    while (this.#inside > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Calls that were waiting go on, and so do new ones. */
  open(): void {
    this.#refusal = null
    this.#shut?.open()
    this.#shut = null
  }

  /** Calls that were waiting reject, and so do new ones until open(). */
  refuse(refusal: Error): void {
    this.open()
    this.#refusal = refusal
  }
}
