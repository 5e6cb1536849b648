import { badArgument, Queue } from '@manycore/ground'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Entry, Op, Range } from '../engine.js'
import { checkOps, checkRange } from '../kit/check.js'
import { Lifecycle } from '../kit/lifecycle.js'
import { checkAfter, engineFailed, errorOf, type FaultOperation, noSpace } from './fault.js'
import { FaultPlan } from './plan.js'

/** Another engine, with faults: for tests of what is built on engines. Without faults it does what that engine does. */
export class FaultEngine implements Engine {
  readonly name: string
  readonly supports: EngineSupports
  /** What goes wrong, and when; faults may be added at any time. */
  readonly plan: FaultPlan
  /**
   * How many bytes of keys and values can still be put. Beyond that batches fail with ENOSPC until there is
   * more.
   */
  space: number = Infinity
  readonly #engine: Engine
  readonly #lifecycle: Lifecycle
  readonly #queue = new Queue()
  /** reordered: acknowledged, to be applied after the next batch */
  #late: (readonly Op[])[] = []
  #failure: Error | null = null
  /** the state that a loss of power leaves */
  #synced: EngineSnapshot | null = null

  /**
   * Puts faults before an engine.
   * @param plan  default: none, to be added later
   */
  constructor(engine: Engine, plan: FaultPlan = new FaultPlan()) {
    if (typeof engine?.getMany !== 'function') throw badArgument('engine', 'an Engine', engine)
    this.#engine = engine
    this.plan = plan
    this.name = `faulty ${engine.name}`
    this.supports = engine.supports
    this.#lifecycle = new Lifecycle(this.name)
  }

  open(): Promise<void> {
    return this.#lifecycle.open(async () => {
      await this.plan.meet('open')
      await this.#engine.open()
      this.#failure = null
      this.#synced = this.#engine.snapshot()
    })
  }

  /** Also waits for calls that a fault delays: `release()` them. */
  close(): Promise<void> {
    return this.#lifecycle.close(() => this.#applyLate().finally(() => this.#engine.close()))
  }

  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return this.#read('getMany', () => this.#engine.getMany(keys, at))
  }

  /** If a fault tears it, its first ops are applied, and later batches are refused until the engine is reopened. */
  batch(ops: readonly Op[]): Promise<void> {
    return this.#inTurn('batch()', async () => {
      checkOps(ops)
      if (this.#failure !== null) throw this.#failure
      const fault = await this.plan.meet('batch')
      if (fault?.action === 'drop') return
      if (fault?.action === 'reorder') return void this.#late.push(ops)
      const bytes = bytesOf(ops)
      if (bytes > this.space) throw engineFailed(noSpace())
      if (fault?.action === 'tear') {
        await this.#engine.batch(ops.slice(0, fault.keep ?? ops.length >> 1))
        throw (this.#failure = errorOf(fault))
      }
      await this.#engine.batch(ops)
      this.space -= bytes
      await this.#applyLate()
      checkAfter(fault)
    })
  }

  iterator(range: Range, at?: EngineSnapshot): EngineIterator {
    const iterator = this.#engine.iterator(range, at)
    return {
      next: (max) => this.#read('next', () => iterator.next(max)),
      close: () => iterator.close()
    }
  }

  snapshot(): EngineSnapshot {
    return this.#engine.snapshot()
  }

  flush(): Promise<void> {
    return this.#inTurn('flush()', async () => {
      const fault = await this.plan.meet('flush')
      if (fault?.action === 'drop') return
      await this.#applyLate()
      await this.#engine.flush?.()
      this.#synced?.close()
      this.#synced = this.#engine.snapshot()
      checkAfter(fault)
    })
  }

  suspend(): Promise<void> {
    return this.#lifecycle.suspend(async () => {
      await this.#applyLate() // the engine takes no batch while it is suspended
      await this.#engine.suspend?.()
    })
  }

  resume(): Promise<void> {
    return this.#lifecycle.resume(async () => this.#engine.resume?.())
  }

  compact(range?: Range): Promise<void> {
    return this.#lifecycle.run('compact()', async () => {
      if (range !== undefined) checkRange(range)
      const fault = await this.plan.meet('compact')
      if (fault?.action !== 'drop') await this.#engine.compact?.(range)
      checkAfter(fault)
    })
  }

  /** Takes back all batches since the last `open()` or `flush()`, as a loss of power does. O(entries). */
  loseUnsynced(): Promise<void> {
    this.plan.release() // delayed batches are applied first, and lost
    return this.#inTurn('loseUnsynced()', async () => {
      this.#late = []
      const present = await entriesOf(this.#engine)
      const kept = await entriesOf(this.#engine, this.#synced!)
      const gone = present.map(({ key }): Op => ({ type: 'del', key }))
      await this.#engine.batch([...gone, ...kept.map((entry): Op => ({ type: 'put', ...entry }))])
    })
  }

  #read<T>(on: FaultOperation, fn: () => Promise<T>): Promise<T> {
    return this.#lifecycle.run(`${on}()`, async () => {
      const fault = await this.plan.meet(on)
      const result = await fn()
      checkAfter(fault)
      return result
    })
  }

  /** One at a time, in the order of the calls. */
  #inTurn(call: string, fn: () => Promise<void>): Promise<void> {
    return this.#lifecycle.run(call, () => this.#queue.run(fn))
  }

  async #applyLate(): Promise<void> {
    for (const ops of this.#late.splice(0)) await this.#engine.batch(ops)
  }
}

function bytesOf(ops: readonly Op[]): number {
  return ops.reduce((sum, op) => sum + (op.type === 'put' ? op.key.byteLength + op.value.byteLength : 0), 0)
}

async function entriesOf(engine: Engine, at?: EngineSnapshot): Promise<Entry[]> {
  const iterator = engine.iterator({}, at)
  const entries: Entry[] = []
  let more: Entry[]
  do entries.push(...(more = await iterator.next(1000)))
  while (more.length > 0)
  await iterator.close()
  return entries
}
