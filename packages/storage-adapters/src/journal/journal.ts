import b4a from 'b4a'
import { randomBytes } from 'hypercore-crypto'
import { Queue } from '@manycore/ground'
import type { Engine, Op } from '@manycore/kv'
import { RECORDS_WALKED } from '../defaults.js'
import { dataPointerOf } from '../upstream/core-record.js'
import { CORE_RECORDS, discoveryKeyOf } from '../upstream/storage-keys.js'
import type { Checkpoint } from './change-journal.js'
import {
  CHANGES_END,
  EPOCH_BYTES,
  HEAD_KEY,
  WHOLE,
  changeKey,
  decodeChange,
  decodeHead,
  encodeHead,
  encodePlace,
  placeKey
} from './layout.js'
import type { Place } from './layout.js'
import { Notes } from './notes.js'
import { openingsOf } from './openings.js'
import { Touched } from './touched.js'

const REMOVAL: Op = { type: 'delRange', ...WHOLE }

/**
 * The journal in an engine: adds to each batch what it changes. It says nothing, or the truth: whatever it cannot be sure of ends it, and
 * with it its epoch. Batches must come one at a time.
 */
export class Journal {
  readonly #engine: Engine
  readonly #isReadOnly: boolean
  readonly #notes: Notes
  readonly #touched: Touched
  /** kept: there is a head with this epoch; making: places are being written, and each batch waits for its turn */
  #state: 'none' | 'making' | 'kept' = 'none'
  #epoch: Uint8Array | null = null
  /** there may be records that must not be believed: the next batch removes them */
  #isDoubtful = false
  /** the last counter that is stored */
  #stored = 0
  /** a batch failed, and may have been stored all the same */
  #mayBeStored = false
  /** the batch under way, or the last one */
  #writing: Promise<void> = Promise.resolve()
  #making: object | null = null
  #turns = new Queue()

  constructor(engine: Engine, isReadOnly: boolean) {
    this.#engine = engine
    this.#isReadOnly = isReadOnly
    this.#notes = new Notes(engine)
    this.#touched = new Touched((pointer) => this.#notes.isNoted(pointer))
  }

  /** null = there is no journal that is kept */
  get epoch(): Uint8Array | null {
    return this.#epoch
  }

  /** The counter of the latest change, stored or not. */
  get counter(): number {
    return this.#notes.counter
  }

  /** Called when the engine has opened, or others may have written: goes on with what is stored. Never rejects. */
  async load(): Promise<void> {
    this.#stop('none')
    if (this.#isReadOnly) return
    try {
      const [stored] = await this.#engine.getMany([HEAD_KEY])
      if (!stored) return
      const head = decodeHead(stored)
      const latest = await this.#latest()
      if (head === null || latest === null) return void (this.#isDoubtful = true)
      const { last, own } = openingsOf(this.#engine)
      if (head.opening !== last) return // it stays as it is, and so no later opening believes it
      if (own !== last) await this.#engine.batch([putHead({ epoch: head.epoch, opening: own })])
      this.#keep(head.epoch, latest)
    } catch {
      this.#isDoubtful = true // who uses the store does without it
    }
  }

  /** Writes a batch, and with it what it changes. */
  batch(ops: readonly Op[]): Promise<void> {
    return (this.#writing = this.#batch(ops))
  }

  /** Ends a span of changes. @returns null if there is no journal that is kept */
  async checkpoint(): Promise<Checkpoint | null> {
    const epoch = this.#epoch
    if (epoch === null) return null
    const counter = (this.#notes.ended = this.#notes.counter)
    await this.#writing.catch(() => {}) // told to its caller
    if (this.#mayBeStored) await this.#readStored()
    return this.#epoch === epoch ? { epoch: b4a.from(epoch), counter: Math.min(counter, this.#stored) } : null
  }

  /** Called when something stored turns out to be damaged. */
  async end(): Promise<void> {
    this.#stop('none')
    this.#isDoubtful = true
    await this.#engine.batch([REMOVAL])
    this.#isDoubtful = false
  }

  /** Begins to make a journal. @returns what the steps are called with */
  begin(): Promise<object> {
    const making = {}
    this.#stop('making')
    this.#making = making
    const before = this.#writing.catch(() => {})
    return this.#turns.run(async () => {
      await before
      await this.#engine.batch([REMOVAL])
      this.#isDoubtful = false
      return making
    })
  }

  /**
   * One step: writes the places of some cores.
   * @param from  where it goes on; null = at the first core
   * @returns where the next one goes on; null = that was all, or the making was given up
   */
  step(making: object, from: Uint8Array | null): Promise<Uint8Array | null> {
    return this.#turns.run(async () => {
      if (this.#making !== making) return null
      const rows = this.#engine.iterator({ gte: from ?? CORE_RECORDS.gte, lt: CORE_RECORDS.lt })
      try {
        const records = await rows.next(RECORDS_WALKED)
        const ops = records.flatMap(({ key, value }) => placeOf(key, value))
        if (ops.length > 0) await this.#engine.batch(ops)
        const last = records.at(-1)
        return last === undefined ? null : b4a.concat([last.key, b4a.alloc(1)])
      } finally {
        await rows.close()
      }
    })
  }

  /** The last step. @returns whether the journal is there; false = the making was given up */
  finish(making: object): Promise<boolean> {
    return this.#turns.run(async () => {
      if (this.#making !== making) return false
      const epoch = randomBytes(EPOCH_BYTES)
      await this.#engine.batch([putHead({ epoch, opening: openingsOf(this.#engine).own })])
      this.#keep(epoch, 0)
      return true
    })
  }

  #batch(ops: readonly Op[]): Promise<void> {
    return this.#state === 'making' ? this.#turns.run(() => this.#write(ops)) : this.#write(ops)
  }

  #write(ops: readonly Op[]): Promise<void> {
    if (this.#isDoubtful) return this.#without(ops)
    return this.#state === 'none' ? this.#engine.batch(ops) : this.#noted(ops)
  }

  async #noted(ops: readonly Op[]): Promise<void> {
    if (!this.#touched.read(ops)) return this.#engine.batch(ops)
    if (this.#touched.isAll) return this.#without(ops)
    // Who writes is not told that the journal cannot be read.
    const notes = await this.#notes.of(this.#touched, this.#state === 'kept').catch(() => null)
    if (notes === null) return this.#without(ops)
    const { counter } = this.#notes
    try {
      await this.#engine.batch([...ops, ...notes])
      this.#stored = counter
    } catch (err) {
      this.#notes.doubt()
      this.#mayBeStored = true
      throw err
    }
  }

  /** Ends the journal in the same batch. */
  async #without(ops: readonly Op[]): Promise<void> {
    this.#stop('none')
    this.#isDoubtful = true
    await this.#engine.batch([...ops, REMOVAL])
    this.#isDoubtful = false
  }

  #stop(state: 'none' | 'making'): void {
    this.#state = state
    this.#epoch = this.#making = null
    this.#notes.forget(0)
  }

  #keep(epoch: Uint8Array, counter: number): void {
    this.#state = 'kept'
    this.#epoch = epoch
    this.#making = null
    this.#stored = counter
    this.#notes.forget(counter)
  }

  async #readStored(): Promise<void> {
    this.#mayBeStored = false
    const latest = await this.#latest().catch(() => null)
    if (latest === null) return this.end()
    this.#stored = Math.max(this.#stored, latest)
  }

  /** The last counter that is stored; 0 = none; null = its record is damaged. */
  async #latest(): Promise<number | null> {
    const rows = this.#engine.iterator({ gte: changeKey(0), lt: CHANGES_END, reverse: true })
    try {
      const [last] = await rows.next(1)
      return last === undefined ? 0 : (decodeChange(last.key, last.value)?.counter ?? null)
    } finally {
      await rows.close()
    }
  }
}

function putHead(head: Parameters<typeof encodeHead>[0]): Op {
  return { type: 'put', key: HEAD_KEY, value: encodeHead(head) }
}

function placeOf(key: Uint8Array, record: Uint8Array): Op[] {
  const discoveryKey = discoveryKeyOf(key)
  const pointer = dataPointerOf(record)
  if (discoveryKey === null || pointer === null) return [] // nobody can open it either
  const place: Place = { counter: 0, discoveryKey }
  return [{ type: 'put', key: placeKey(pointer), value: encodePlace(placeKey(pointer), place) }]
}
