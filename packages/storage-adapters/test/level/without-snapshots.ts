import { MemoryLevel } from 'memory-level'
import type { LevelDatabase } from '../../src/index.js'

/** A level that reads live, one entry a turn of the event loop, and says so: the least that there can be. */
export class WithoutSnapshots implements LevelDatabase {
  readonly supports = { explicitSnapshots: false, implicitSnapshots: false }
  readonly #db: LevelDatabase = new MemoryLevel()

  get status(): string {
    return this.#db.status
  }

  open(): Promise<void> {
    return this.#db.open()
  }

  close(): Promise<void> {
    return this.#db.close()
  }

  sublevel(name: string): object {
    return this.#db.sublevel(name)
  }

  getMany: LevelDatabase['getMany'] = async (keys, options) => {
    const values = []
    for (const key of keys) {
      await turn()
      values.push(...(await this.#db.getMany<typeof key, never>([key], options)))
    }
    return values
  }

  batch: LevelDatabase['batch'] = async (operations, options) => {
    for (let i = 0; i < 4; i++) await turn()
    await this.#db.batch(operations, options)
    for (let i = 0; i < 4; i++) await turn()
  }

  iterator: LevelDatabase['iterator'] = <K, V>(options: Parameters<LevelDatabase['iterator']>[0]) => {
    const db = this.#db
    const { gte, lt, reverse, limit = Infinity, ...encodings } = options
    const upper = lt === undefined ? {} : { lt }
    const lower = gte === undefined ? {} : { gte }
    let range: object = { ...lower, ...upper, reverse }
    let count = 0
    return {
      async nextv(): Promise<[K, V][]> {
        await turn()
        if (count++ >= limit) return []
        const iterator = db.iterator<K, V>({ ...range, ...encodings, limit: 1 })
        const entries = await iterator.nextv(1)
        await iterator.close()
        for (const [key] of entries) range = reverse ? { ...lower, lt: key, reverse } : { gt: key, ...upper }
        return entries
      },
      async close() {}
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
