import b4a from 'b4a'
import { array, assert, asyncProperty, constant, nat, oneof, record, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { FaultEngine } from '@manycore/kv/faults'
import { journalOf, openStorage } from '../../src/index.js'
import type { Checkpoint } from '../../src/index.js'

// To look for more: another seed, and more runs.
const SEED = Number(process.env['JOURNAL_SEED'] ?? 13)
const RUNS = Number(process.env['JOURNAL_RUNS'] ?? 200)
const CORES = 6
const TYPES = [0, 2, 5]
const RECORD = { auth: false, head: false, hints: false }

const core = nat(CORES - 1)
const change = record({
  do: constant('change' as const),
  cores: array(tuple(core, nat(2)), { minLength: 1, maxLength: 4 })
})
const step = oneof(
  { weight: 6, arbitrary: change },
  { weight: 1, arbitrary: record({ do: constant('create' as const), core }) },
  { weight: 1, arbitrary: record({ do: constant('delete' as const), core }) },
  { weight: 3, arbitrary: record({ do: constant('checkpoint' as const), isAwaited: nat(1) }) },
  { weight: 2, arbitrary: record({ do: constant('fail' as const), isDone: nat(1), nth: nat(2) }) },
  { weight: 1, arbitrary: record({ do: constant('reopen' as const) }) },
  { weight: 1, arbitrary: record({ do: constant('suspend' as const) }) }
)

test(`random changes, checkpoints, failures and reopenings tell what a plain model tells (seed ${SEED}, ${RUNS} runs)`, async () => {
  const runs = asyncProperty(array(step, { maxLength: 60 }), async (steps) => {
    const model = new Model()
    await model.open()
    for (let i = 0; i < CORES; i += 2) await model.create(i)
    for (const each of steps) await model.take(each)
    await model.check()
    await model.storage.close()
  })
  await assert(runs, { seed: SEED, numRuns: RUNS })
})

type Storage = CorestoreStorage & {
  db: { write(): { tryPut(key: Uint8Array, value: Uint8Array): void; flush(): Promise<void> } }
  createCore(core: object): Promise<unknown>
  deleteCore(pointers: object): Promise<void>
}

type Step = {
  do: string
  core?: number
  cores?: (readonly [number, number])[]
  isAwaited?: number
  isDone?: number
  nth?: number
}

/** What is stored of each core, and what was at each checkpoint. */
class Model {
  readonly engine = new FaultEngine(new MemoryEngine({ reusable: true }))
  storage!: Storage
  readonly pointers: ((object & { dataPointer: number }) | null)[] = Array.from({ length: CORES }, () => null)
  writes = 0
  /** where the data of each core is, or was */
  readonly known: (number | undefined)[] = []
  noted: { at: Checkpoint; states: string[] }[] = []
  asked: Promise<unknown>[] = []

  async open(): Promise<void> {
    this.storage = openStorage(this.engine) as unknown as Storage
    await this.storage.ready()
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'checkpoint') return this.checkpoint(step.isAwaited === 1)
    if (step.do === 'change') return this.change(step.cores!)
    await this.settle()
    if (step.do === 'fail')
      this.engine.plan.add({ on: 'batch', action: step.isDone ? 'fail-after' : 'fail', nth: 1 + step.nth! })
    if (step.do === 'create') await this.create(step.core!)
    if (step.do === 'delete') await this.delete(step.core!)
    if (step.do === 'suspend') await this.storage.suspend().then(() => this.storage.resume())
    if (step.do === 'reopen') {
      await this.storage.close()
      await this.open()
    }
  }

  async change(cores: readonly (readonly [number, number])[]): Promise<void> {
    const batch = this.storage.db.write()
    const touched = new Set<number>()
    for (const [i, type] of cores) {
      const pointer = this.pointers[i]?.dataPointer
      if (pointer === undefined) continue
      touched.add(i)
      const key = b4a.from(type === 2 ? [4, pointer, 5, 0, 0] : [4, pointer, TYPES[type]!])
      batch.tryPut(key, b4a.from([this.writes++ % 256, this.writes % 251]))
    }
    const written = batch.flush().catch(() => {}) // it may be there or not
    this.asked.push(written)
    if (touched.size === 0) await written
  }

  async checkpoint(isAwaited: boolean): Promise<void> {
    const asked = journalOf(this.storage)!
      .checkpoint()
      .then(
        async (at) => this.noted.push({ at, states: await this.states() }),
        () => {}
      ) // the engine failed
    this.asked.push(asked)
    if (isAwaited) await this.settle()
  }

  async create(i: number): Promise<void> {
    if (this.pointers[i]) return
    const made = this.storage.createCore({
      key: b4a.alloc(32, i),
      discoveryKey: b4a.alloc(32, i),
      manifest: null,
      keyPair: null,
      encryptionKey: null,
      alias: null,
      userData: []
    })
    await made.catch(() => {})
    const info = await this.storage.getInfo(b4a.alloc(32, i), RECORD)
    this.pointers[i] = info?.core ?? null
    if (info) this.known[i] = info.core.dataPointer
  }

  async delete(i: number): Promise<void> {
    const pointers = this.pointers[i]
    if (!pointers) return
    await this.storage.deleteCore(pointers).catch(() => {})
    const info = await this.storage.getInfo(b4a.alloc(32, i), RECORD)
    this.pointers[i] = info?.core ?? null
    if (info) this.known[i] = info.core.dataPointer
  }

  async states(): Promise<string[]> {
    const keys = Array.from({ length: CORES }, (_, i) => {
      const at = this.known[i]
      const data =
        at === undefined
          ? []
          : [
              [4, at, 0],
              [4, at, 2],
              [4, at, 5, 0, 0]
            ].map((key) => b4a.from(key))
      return [b4a.concat([b4a.from([1]), b4a.alloc(32, i)]), ...data]
    })
    const values = await Promise.all(keys.map((some) => this.engine.getMany(some)))
    return values.map((some) => some.map((value) => (value ? b4a.toString(value, 'hex') : '-')).join())
  }

  async settle(): Promise<void> {
    await Promise.all(this.asked.splice(0))
  }

  async check(): Promise<void> {
    await this.settle()
    const journal = journalOf(this.storage)!
    const to = await journal.checkpoint().catch(() => journal.checkpoint())
    const present = await this.states()
    for (const { at, states } of this.noted) {
      if (!b4a.equals(at.epoch, to.epoch)) continue
      const told = new Set<number>()
      let last = at.counter
      for await (const some of journal.since(at, to))
        for (const { counter, discoveryKey } of some) {
          expect(counter).toBeGreaterThan(last)
          last = counter
          told.add(discoveryKey[0]!)
        }
      const changed = states.flatMap((before, i) => (present[i] === before ? [] : [i]))
      expect(changed.filter((i) => !told.has(i))).toEqual([])
    }
  }
}
