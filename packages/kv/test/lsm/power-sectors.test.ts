import { expect, test } from 'vitest'
import {
  FaultFiles,
  type FaultOperation,
  MemoryEngine,
  type Op,
  RandomAccessEngine,
  type RandomAccessEngineOptions,
  laterTurn
} from '../../src/index.js'
import { MemoryFiles } from '../stores/places.js'
import { contents } from '../stores/recorded.js'

const SEED = 1
const BATCHES = 14
/** of losses after which the power goes once more */
const SECOND_EVERY = 3
const TINY: RandomAccessEngineOptions = {
  memtableBytes: 2500,
  cacheBytes: 0,
  levelSizes: { level0Segments: 2, level1Bytes: 8000, ratio: 3, segmentBytes: 4000 }
}

type Durability = 'power' | 'process'

/** Records of a few lengths, so that one may end just where one began that was lost. */
function opsOf(batch: number): Op[] {
  const key = Buffer.from(`key ${batch % 5}`)
  if (batch % 7 === 6) return [{ type: 'delRange', start: key, end: Buffer.from('key 4') }]
  const value = Buffer.alloc(batch % 5 === 4 ? 5000 : 600, `value ${batch}.`)
  return [{ type: 'put', key, value }]
}

/** A store on a disk whose power may go, and what it was told and promised. */
class Machine {
  readonly #where: string
  readonly #durability: Durability
  readonly #disk = new MemoryFiles()
  #files = new FaultFiles(this.#disk.open)
  #model = new MemoryEngine()
  /** [k]: after k batches, of which the last one may not be acknowledged */
  #states: string[] = ['']
  /** how many batches are to survive */
  #promised = 0

  constructor(where: string, durability: Durability) {
    this.#where = where
    this.#durability = durability
  }

  async #open(): Promise<RandomAccessEngine> {
    const files = this.#files
    const storage = this.#where === 'one file' ? files.open('one') : files.open
    const engine = new RandomAccessEngine(storage, {
      ...TINY,
      durability: this.#durability,
      sync: files.sync
    })
    await engine.open()
    return engine
  }

  /** Batches one after another, every fourth with a flush() beside those that follow. */
  async #write(engine: RandomAccessEngine, first: number): Promise<void> {
    const flushes: Promise<void>[] = []
    const promise = (batches: number): void => void (this.#promised = Math.max(this.#promised, batches))
    for (let i = 1; i <= BATCHES; i++) {
      const ops = opsOf(first + i)
      await this.#model.batch(ops)
      this.#states.push(await contents(this.#model))
      await engine.batch(ops)
      if (this.#durability === 'power') promise(i)
      if (i % 4 !== 0) continue
      const flush = engine.flush().then(() => promise(i))
      flush.catch(() => {}) // where the power went, a batch may say so first
      flushes.push(flush)
    }
    await Promise.all(flushes)
  }

  /** @returns whether the power went, before the nth such operation; false = there were fewer, and it went then */
  async loseAt(on: FaultOperation, nth: number, seed: number, first = 0): Promise<boolean> {
    await this.#model.open()
    const { plan } = (this.#files = new FaultFiles(this.#disk.open))
    const engine = await this.#open()
    plan.add({ on, nth, action: 'delay' })
    const state = { isDone: false }
    const work = this.#write(engine, first)
      .catch(() => {}) // its disk is gone
      .then(() => void (state.isDone = true))
    while (!state.isDone && plan.held === 0) await laterTurn()
    const isLost = plan.held > 0
    await this.#files.loseUnsynced({ seed })
    await work
    await engine.close().catch(() => {}) // so is its process
    return isLost
  }

  /** It opens with what it promised, or with what came after that, and continues from there. */
  async expectPromised(what: string): Promise<void> {
    this.#files = new FaultFiles(this.#disk.open)
    const engine = await this.#open().catch((cause: unknown) => {
      throw new Error(what, { cause })
    })
    const found = await contents(engine)
    const at = this.#states.lastIndexOf(found)
    expect(at, `${what}: ${found.length} of ${this.#states.map(({ length }) => length).join()}`).not.toBe(-1)
    expect(at, what).toBeGreaterThanOrEqual(this.#promised)

    this.#model = new MemoryEngine({ reusable: true })
    await this.#model.open()
    for (const { key, value } of await engine.iterator({}).next(1000))
      await this.#model.batch([{ type: 'put', key, value }])
    this.#states = [found]
    this.#promised = 0
    await engine.close()
  }
}

for (const [durability, where] of [
  ['power', 'many files'],
  ['power', 'one file'],
  ['process', 'many files'],
  ['process', 'one file']
] as const)
  for (const on of ['write', 'sync'] as const)
    test(`the power may go at any ${on}, and some sectors are kept: '${durability}', ${where}`, async () => {
      let losses = 0
      for (let nth = 1, isLost = true; isLost; nth++) {
        const machine = new Machine(where, durability)
        isLost = await machine.loseAt(on, nth, SEED + nth)
        if (isLost) losses++
        const what = `${on} ${nth}, seed ${SEED + nth}`
        await machine.expectPromised(what)
        if (nth % SECOND_EVERY !== 0) continue
        await machine.loseAt('write', 1 + (nth % 20), SEED + 2 * nth, 100)
        await machine.expectPromised(`${what}, then once more`)
      }
      expect(losses).toBeGreaterThan(5)
    })
