import b4a from 'b4a'
import Hypercore from 'hypercore'
import { systemClock } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { StorageInput } from '@manycore/storage-adapters'
import { openStorage } from '@manycore/storage-adapters'
import { Corestore } from '../../../../src/index.js'
import { checkKept, dropKept } from '../../../kit/kept-index.js'
import { meet } from '../../../kit/known-peers.js'

/** Since 11.39, as `count()`; before, purge() throws. The matrix also runs on the oldest Hypercore that is supported. */
const CAN_PURGE = 'count' in Hypercore.prototype

const SETTLE_MS = 30_000

export const CORES = 6

/** Something that happens; what is of no use at the moment does not. */
export type Step =
  | { do: 'append' | 'truncate' | 'create' | 'remove'; core: number; n: number; side: number }
  | { do: 'clear'; core: number; n: number; side: number }
  | { do: 'connect' | 'disconnect'; side: number }
  | { do: 'settle' | 'reopen' | 'drop'; side: number }
  | { do: 'wait'; n: number; side: number }

/** Two stores that mirror, of which each writes half of the cores. */
export class World {
  readonly #storages: readonly [() => StorageInput, () => StorageInput]
  #stores!: [Corestore, Corestore]
  readonly #timers: Map<() => void, unknown>[] = [new Map(), new Map()]
  /** What was deleted at the side that writes it: what it appends now would contradict what the other side has. */
  readonly #lost = new Set<number>()
  #leave: (() => Promise<void>) | null = null

  constructor(storages: readonly [() => StorageInput, () => StorageInput]) {
    this.#storages = storages
    this.#stores = [this.#open(0), this.#open(1)]
  }

  async take(step: Step): Promise<void> {
    const store = this.#stores[step.side]!
    switch (step.do) {
      case 'create':
        return this.#use(store, step.core, async () => {})
      case 'append':
        if (this.#lost.has(step.core)) return
        return this.#use(this.#stores[step.core % 2]!, step.core, async (core) => {
          await core.append(Array.from({ length: step.n }, (_, i) => b4a.from(`block ${core.length + i}`)))
        })
      case 'truncate':
        if (this.#lost.has(step.core)) return
        return this.#use(this.#stores[step.core % 2]!, step.core, async (core) => {
          if (core.length > 0) await core.truncate(step.n % core.length)
        })
      case 'clear':
        if (step.core % 2 === step.side) return // Hypercore cannot truncate afterwards
        return this.#use(store, step.core, async (core) => {
          if (core.length > 0) await core.clear(step.n % core.length, (step.n % core.length) + 2)
        })
      case 'remove':
        if (!CAN_PURGE) return
        if (step.core % 2 === step.side) this.#lost.add(step.core)
        return this.#use(store, step.core, (core) => (core as unknown as { purge(): Promise<void> }).purge())
      case 'connect':
        this.#leave ??= meet(this.#stores)
        return
      case 'disconnect':
        return this.#disconnect()
      case 'settle':
        for (const fire of this.#timers[step.side]!.keys()) fire()
        return
      case 'reopen':
        return this.#reopen(step.side, async () => {})
      case 'drop':
        return this.#reopen(step.side, () => dropped(this.#storages[step.side]!()))
      case 'wait':
        for (let i = 0; i < step.n; i++) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Closes everything, and compares what each side keeps with what is stored there. @returns how many indexes were kept */
  async check(): Promise<number> {
    await this.close()
    let kept = 0
    for (const storage of this.#storages) kept += await checkKept(storage())
    return kept
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()))
    await this.#disconnect()
  }

  async #disconnect(): Promise<void> {
    await this.#leave?.()
    this.#leave = null
  }

  async #reopen(side: number, between: () => Promise<void>): Promise<void> {
    await this.#disconnect()
    await this.#stores[side]!.close()
    await between()
    this.#stores[side] = this.#open(side)
  }

  #open(side: number): Corestore {
    const timers = this.#timers[side]!
    timers.clear()
    const clock: Clock = {
      ...systemClock,
      setTimeout(fn, ms) {
        if (ms !== SETTLE_MS) return systemClock.setTimeout(fn, ms)
        const handle = {}
        timers.set(() => (timers.clear(), fn()), handle)
        return handle
      }
    }
    return new Corestore(this.#storages[side]!(), {
      primaryKey: b4a.alloc(32, 1),
      unsafe: true,
      lingerMs: 0,
      mirror: true,
      clock
    })
  }

  async #use(store: Corestore, core: number, fn: (core: Hypercore) => Promise<unknown>): Promise<void> {
    const session = store.get({ name: `core ${core}`, active: false }) as unknown as Hypercore
    await session.ready()
    await fn(session)
    await session.close()
  }
}

async function dropped(storage: StorageInput): Promise<void> {
  const opened = openStorage(storage)
  await opened.ready()
  await dropKept(opened)
  await opened.close()
}
