import { aBoolean, type OptionTable, readOptions } from '@manycore/ground'
import b4a from 'b4a'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Entry, Op, Range } from '../engine.js'
import { EngineError } from '../errors.js'
import { checkKeys, checkOps, checkRange } from '../kit/check.js'
import { Lifecycle } from '../kit/lifecycle.js'
import { laterTurn } from '../kit/runtime.js'
import { Tree } from '../kit/tree.js'

/** Options of `new MemoryEngine()`. */
export interface MemoryEngineOptions {
  /** True: `close()` keeps what is stored, for the next `open()` of this engine. */
  reusable?: boolean
}

const TABLE = {
  reusable: { check: aBoolean, default: false }
} satisfies OptionTable<MemoryEngineOptions>

/**
 * An engine that keeps everything in memory: it is fast, and its data is gone when it is closed, unless it is `reusable`.
 * Snapshots are O(1).
 */
export class MemoryEngine implements Engine {
  readonly name = 'memory'
  readonly supports: EngineSupports
  readonly #reusable: boolean
  readonly #lifecycle = new Lifecycle('memory')
  readonly #snapshots = new Set<MemorySnapshot>()
  #tree = new Tree<Uint8Array>()

  /** @throws BAD_ARGUMENT */
  constructor(opts?: MemoryEngineOptions) {
    const { reusable } = readOptions(opts, TABLE)
    this.#reusable = reusable
    this.supports = { persistent: reusable, suspend: false, compact: false, readOnly: false }
  }

  open(): Promise<void> {
    return this.#lifecycle.open(laterTurn)
  }

  close(): Promise<void> {
    return this.#lifecycle.close(async () => {
      for (const snapshot of this.#snapshots) snapshot.close()
      if (!this.#reusable) this.#tree.clear()
      await laterTurn()
    })
  }

  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return this.#lifecycle.run('getMany()', async () => {
      checkKeys(keys)
      const tree = at === undefined ? this.#tree : treeOf(at)
      const values = keys.map((key) => copy(tree.get(key)))
      await laterTurn()
      return values
    })
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#lifecycle.run('batch()', async () => {
      checkOps(ops)
      for (const op of ops) {
        if (op.type === 'put') this.#tree.set(op.key, op.value)
        else if (op.type === 'del') this.#tree.delete(op.key)
        else this.#tree.deleteRange(op.start, op.end)
      }
    })
  }

  iterator(range: Range, at?: EngineSnapshot): EngineIterator {
    checkRange(range)
    this.#lifecycle.check('iterator()')
    const snapshot = new MemorySnapshot(
      at === undefined ? this.#tree.snapshot() : treeOf(at),
      range,
      this.#snapshots
    )
    return {
      next: (max) => this.#lifecycle.run('next()', () => snapshot.next(max)),
      close: async () => snapshot.close()
    }
  }

  snapshot(): EngineSnapshot {
    this.#lifecycle.check('snapshot()')
    return new MemorySnapshot(this.#tree.snapshot(), {}, this.#snapshots)
  }
}

/** A state that is held: a snapshot, or what an iterator goes over. */
class MemorySnapshot implements EngineSnapshot {
  tree: Tree<Uint8Array> | null
  readonly #open: Set<MemorySnapshot>
  #entries: Iterator<[Uint8Array, Uint8Array]>

  constructor(tree: Tree<Uint8Array>, range: Range, open: Set<MemorySnapshot>) {
    this.tree = tree
    this.#entries = tree.entries(range)
    this.#open = open.add(this)
  }

  async next(max: number): Promise<Entry[]> {
    const entries: Entry[] = []
    while (this.tree !== null && entries.length < max) {
      const { value, done } = this.#entries.next()
      if (done) break
      entries.push({ key: b4a.from(value[0]), value: b4a.from(value[1]) })
    }
    await laterTurn()
    return entries
  }

  close(): void {
    this.tree = null
    this.#entries = [][Symbol.iterator]()
    this.#open.delete(this)
  }
}

function treeOf(snapshot: EngineSnapshot): Tree<Uint8Array> {
  const tree = snapshot instanceof MemorySnapshot ? snapshot.tree : null
  if (tree === null) throw new EngineError('ENGINE_CLOSED', 'the snapshot is closed')
  return tree
}

function copy(value: Uint8Array | undefined): Uint8Array | null {
  return value === undefined ? null : b4a.from(value)
}
