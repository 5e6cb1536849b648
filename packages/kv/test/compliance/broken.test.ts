import b4a from 'b4a'
import { expect, test } from 'vitest'
import { testEngine } from '../../compliance/index.js'
import type { TestFunction } from '../../compliance/index.js'
import { MemoryEngine, laterTurn } from '../../src/index.js'
import type { EngineIterator, EngineSnapshot, Op, Range } from '../../src/index.js'

/** A range forgets its upper bound when a key begins with it. */
class PrefixLeak extends MemoryEngine {
  override iterator(range: Range, at?: EngineSnapshot): EngineIterator {
    const lt = range.lt && b4a.concat([range.lt, b4a.from([0xff])])
    return super.iterator(lt === undefined ? range : { ...range, lt }, at)
  }
}

/** Ops become visible one by one. */
class NonAtomicBatch extends MemoryEngine {
  override async batch(ops: readonly Op[]): Promise<void> {
    await super.batch(ops.slice(0, 1))
    await super.batch(ops.slice(1))
  }
}

/** The last two entries of a chunk change places. */
class UnorderedIterator extends MemoryEngine {
  override iterator(range: Range, at?: EngineSnapshot): EngineIterator {
    const inner = super.iterator(range, at)
    return {
      next: async (max) => {
        const entries = await inner.next(max)
        if (entries.length > 1) entries.push(...entries.splice(-2, 1))
        return entries
      },
      close: () => inner.close()
    }
  }
}

/** A snapshot is the latest state. */
class LiveSnapshot extends MemoryEngine {
  override getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    return super.getMany(keys)
  }

  override iterator(range: Range): EngineIterator {
    return super.iterator(range)
  }
}

/** A range delete misses its first key. */
class LostRangeDelete extends MemoryEngine {
  override batch(ops: readonly Op[]): Promise<void> {
    return super.batch(
      ops.map((op) => (op?.type === 'delRange' ? { ...op, start: b4a.concat([op.start, b4a.alloc(1)]) } : op))
    )
  }
}

/** Reads that hit the cache resolve at once. */
class MicrotaskReads extends MemoryEngine {
  readonly #cache = new Map<string, Uint8Array>()

  override async getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    const cached =
      at === undefined ? keys.map((key) => this.#cache.get(b4a.toString(key, 'hex'))) : [undefined]
    if (cached.length > 0 && cached.every((value) => value !== undefined))
      return cached.map((value) => b4a.from(value!))
    const values = await super.getMany(keys, at)
    for (const [i, key] of keys.entries())
      if (values[i]) this.#cache.set(b4a.toString(key, 'hex'), b4a.from(values[i]))
    return values
  }

  override batch(ops: readonly Op[]): Promise<void> {
    this.#cache.clear()
    return super.batch(ops)
  }
}

/** close() does not wait for the open() before it. */
class UnorderedOpen extends MemoryEngine {
  override async open(): Promise<void> {
    await laterTurn()
    await super.open()
  }
}

/** Can be suspended, as a memory engine is for tests only. */
class SuspendableEngine extends MemoryEngine {
  override readonly supports = { persistent: true, suspend: true, compact: false, readOnly: false }
  protected isHeld = false
  #waiting: (() => void)[] = []

  constructor() {
    super({ reusable: true })
  }

  suspend(): Promise<void> {
    this.snapshot().close() // refuses when it is closed
    this.isHeld = true
    return laterTurn()
  }

  async resume(): Promise<void> {
    this.snapshot().close()
    this.isHeld = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  override async batch(ops: readonly Op[]): Promise<void> {
    while (this.isHeld) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return super.batch(ops)
  }
}

/** resume() overtakes a suspend() that is not awaited, and the engine stays suspended. */
class OvertakingResume extends SuspendableEngine {
  override async suspend(): Promise<void> {
    await laterTurn()
    await super.suspend()
  }
}

/** close() lets what is held back go on, on files and under a lock that are not the engine's any more. */
class ResumingClose extends SuspendableEngine {
  override async close(): Promise<void> {
    if (this.isHeld) await this.resume()
    await super.close()
  }
}

const BROKEN = {
  PrefixLeak,
  NonAtomicBatch,
  UnorderedIterator,
  LiveSnapshot,
  LostRangeDelete,
  MicrotaskReads,
  UnorderedOpen,
  OvertakingResume,
  ResumingClose
}

const CAUGHT_BY: Record<keyof typeof BROKEN, string> = {
  PrefixLeak: 'range: ranges are half-open, whatever the bounds',
  NonAtomicBatch: 'batch: a reader sees all of a batch or nothing of it',
  UnorderedIterator: 'range: entries come in bytewise order, a prefix first, and in reverse',
  LiveSnapshot: 'snapshots: a snapshot keeps its state, for gets and iterators, in both directions',
  LostRangeDelete:
    'batch: a range delete is half-open, reaches what earlier batches stored, and spares its neighbours',
  MicrotaskReads: 'point: reads resolve in a later macrotask',
  UnorderedOpen: 'order: open() and close() in every order, awaited or not, with work inside',
  OvertakingResume:
    'order: open(), close(), suspend() and resume() in every order, awaited or not, with work inside',
  ResumingClose: 'order: close() refuses what a suspension holds back, and no part of it is stored'
}

for (const [name, Broken] of Object.entries(BROKEN)) {
  test(`${name} is found out`, async () => {
    const cases: [string, () => Promise<void>][] = []
    const collect = Object.assign((title: string, fn: () => Promise<void>) => void cases.push([title, fn]), {
      skip() {}
    }) as TestFunction
    testEngine(collect, {
      name: 'broken',
      supports: new Broken().supports,
      create() {
        const engine = new Broken()
        return { engine: () => engine }
      }
    })
    const title = CAUGHT_BY[name as keyof typeof BROKEN]
    const [, run] = cases.find(([each]) => each === `broken: ${title}`)!
    await expect(run()).rejects.toThrow()
  })
}
