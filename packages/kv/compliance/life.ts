import type { Engine } from '@manycore/kv'
import { get, put } from './case.js'
import { bytes, same } from './expect.js'

/** The calls that are a queue. */
export type LifecycleCall = 'open' | 'close' | 'suspend' | 'resume'

/** The states of an engine in that table. */
export type EngineLifeState = 'closed' | 'open' | 'suspended'

/** What each call leaves behind; null = ENGINE_CLOSED, and nothing changes. */
const TABLE: Record<EngineLifeState, Record<LifecycleCall, EngineLifeState | null>> = {
  closed: { open: 'open', close: 'closed', suspend: null, resume: null },
  open: { open: 'open', close: 'closed', suspend: 'suspended', resume: 'open' },
  suspended: { open: 'suspended', close: 'closed', suspend: 'suspended', resume: 'open' }
}

type Outcome = 'done' | string

let batches = 0

/** An engine whose calls come in some order, and what the table says about it. */
export class Life {
  readonly #engine: Engine
  readonly #calls: string[] = []
  /** the state after all calls so far */
  #state: EngineLifeState
  /** has every lifecycle call so far ended? Then the engine is in that state */
  #isSettled = true
  #waiting: Promise<void>[] = []
  /** calls that are running or held back */
  #work: Promise<void>[] = []
  /** by key: must its batch be there? */
  readonly #stored = new Map<string, boolean>()

  /** @param engine  must be open */
  constructor(engine: Engine, state: EngineLifeState = 'open') {
    this.#engine = engine
    this.#state = state
  }

  /** The present state according to the table; null while a lifecycle call is under way. */
  get state(): EngineLifeState | null {
    return this.#isSettled ? this.#state : null
  }

  /** Every call so far, for messages. */
  get story(): string {
    return this.#calls.join(', ')
  }

  /** Makes a lifecycle call and does not wait for it; `rest()` does. */
  call(call: LifecycleCall): void {
    this.#calls.push(`${call}()`)
    const next = TABLE[this.#state][call]
    if (next !== null) this.#state = next
    this.#isSettled = false
    // An engine that is not persistent keeps nothing.
    if (call === 'close' && !this.#engine.supports.persistent) this.#stored.clear()
    const where = this.story
    const ended = outcome(() => this.#engine[call]!())
    this.#waiting.push(
      ended.then((got) => same(got, next === null ? 'ENGINE_CLOSED' : 'done', `the last of ${where}`))
    )
  }

  /** Begins a batch, a read and a chunk of an iterator, and waits for none of them. */
  work(): void {
    this.#calls.push('work')
    const engine = this.#engine
    const key = `batch ${++batches}`
    const isRefused = this.#isSettled && this.#state === 'closed'
    const mustRun = this.#isSettled && this.#state === 'open'
    const check = (what: string, got: Outcome): void => {
      const where = `${what} at the end of ${this.story}`
      if (isRefused || (got !== 'done' && !mustRun)) same(got, 'ENGINE_CLOSED', where)
      else same(got, 'done', where)
    }
    const closes = this.#calls.filter((call) => call === 'close()').length
    this.#work.push(
      outcome(() => engine.batch([put(key, key)])).then((got) => {
        check('batch()', got)
        const isKept =
          engine.supports.persistent || closes === this.#calls.filter((call) => call === 'close()').length
        if (isKept) this.#stored.set(key, got === 'done')
      }),
      outcome(() => engine.getMany([bytes('a')])).then((got) => check('getMany()', got)),
      outcome(async () => {
        const iterator = engine.iterator({})
        try {
          await iterator.next(2)
        } finally {
          await iterator.close()
        }
      }).then((got) => check('next()', got))
    )
  }

  /** Waits for every lifecycle call, and for what is not held back. @throws if an outcome is not that of the table */
  async rest(): Promise<void> {
    await Promise.all(this.#waiting.splice(0))
    this.#isSettled = true
    if (this.#state !== 'suspended') await Promise.all(this.#work.splice(0))
    this.#calls.push('rest')
  }

  /** Opens the engine, whatever its state is. @throws unless exactly what was acknowledged is there */
  async end(): Promise<void> {
    await this.rest()
    this.work()
    await this.rest()
    if (this.#state !== 'open') this.call(this.#state === 'closed' ? 'open' : 'resume')
    await this.rest()
    for (const [key, isStored] of this.#stored)
      same(await get(this.#engine, key), isStored ? key : null, `${key} after ${this.story}`)
  }
}

/** Makes the call. */
async function outcome(fn: () => unknown): Promise<Outcome> {
  try {
    await fn()
    return 'done'
  } catch (err) {
    return (err as { code?: string }).code ?? String(err)
  }
}
