import b4a from 'b4a'
import { Queue, closeAll } from '@manycore/ground'
import { EngineError, Lifecycle, Tree, checkKeys, checkOps, checkRange, laterTurn } from '@manycore/kv'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Op, Range } from '@manycore/kv'
import { KEYS_AT_ONCE, LAST_KEY_BYTES } from '../defaults.js'
import { KeptStates } from './kept-states.js'
import { BYTES, isCompactable } from './database.js'
import type { LevelDatabase, LevelOperation } from './database.js'
import { StateCursor, StateSnapshot } from './handles.js'
import type { StateHandles } from './handles.js'
import { explainLevelFailure, refuseLostDirectory } from './damage.js'
import { NativeStates } from './states.js'
import type { LevelStates } from './states.js'

type Operation = LevelOperation<Uint8Array, Uint8Array>

/**
 * An engine over an abstract-level 3 database. The database then belongs to the engine: open() opens it, close() closes
 * it, and nobody else may write to it. If it has no snapshots (IndexedDB), each batch first reads what it is about to
 * change, and keeps that for the snapshots that are held.
 */
export class LevelEngine implements Engine {
  readonly name = 'level'
  readonly supports: EngineSupports
  readonly #db: LevelDatabase
  readonly #states: LevelStates
  readonly #lifecycle: Lifecycle = new Lifecycle('level')
  readonly #handles: StateHandles = new Set()
  readonly #writes: Queue = new Queue()
  /** whether open() was called */
  #isUsed = false
  /** why nothing can be written any more */
  #failure: unknown = null

  /**
   * @param db  open or closed; its encodings do not matter. Pass a classic-level in the turn of the event loop in which
   *            it was made: later it may have opened a directory that has lost files as a new one
   */
  constructor(db: LevelDatabase) {
    this.#db = db
    refuseLostDirectory(db)
    const { explicitSnapshots, implicitSnapshots } = db.supports
    this.#states = explicitSnapshots && implicitSnapshots ? new NativeStates(db) : new KeptStates(db)
    this.supports = { persistent: true, suspend: false, compact: isCompactable(db), readOnly: false }
  }

  open(): Promise<void> {
    this.#isUsed = true
    return this.#lifecycle.open(async () => {
      await this.#explained(this.#db.open())
      this.#failure = null
    })
  }

  close(): Promise<void> {
    if (!this.#isUsed) return this.#db.close() // it may be open, because abstract-level opens a database by itself
    return this.#lifecycle.close(() =>
      closeAll('closing the level engine', [
        () =>
          closeAll(
            'closing handles',
            Array.from(this.#handles, (handle) => () => handle.close()),
            'together'
          ),
        () => this.#db.close()
      ])
    )
  }

  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return this.#lifecycle.run('getMany()', async () => {
      checkKeys(keys)
      const state = at === undefined ? this.#states.latest() : StateSnapshot.hold(at)
      try {
        const [values] = await Promise.all([this.#explained(state.getMany(keys)), laterTurn()])
        return values.map((value) => (value === undefined ? null : b4a.from(value)))
      } finally {
        state.release()
      }
    })
  }

  /** Deleting a range costs a read and a deletion per key in it. */
  batch(ops: readonly Op[]): Promise<void> {
    return this.#lifecycle.run('batch()', async () => {
      checkOps(ops)
      await this.#writes.run(() => this.#write(ops))
    })
  }

  iterator(range: Range, at?: EngineSnapshot): EngineIterator {
    checkRange(range)
    this.#lifecycle.check('iterator()')
    const state = at === undefined ? this.#states.latest() : StateSnapshot.hold(at)
    const cursor = new StateCursor(state, range, this.#handles)
    return {
      next: (max) => this.#lifecycle.run('next()', () => this.#explained(cursor.next(max))),
      close: () => cursor.close()
    }
  }

  snapshot(): EngineSnapshot {
    this.#lifecycle.check('snapshot()')
    return new StateSnapshot(this.#states.snapshot(), this.#handles)
  }

  /** LevelDB syncs its log with a batch that asks for it: here it deletes a key that no engine has. */
  flush(): Promise<void> {
    return this.#lifecycle.run('flush()', () =>
      this.#writes.run(() => this.#put([{ type: 'del', key: b4a.alloc(0) }], true))
    )
  }

  compact(range: Range = {}): Promise<void> {
    return this.#lifecycle.run('compact()', async () => {
      checkRange(range)
      const { gte = b4a.alloc(0), lt = b4a.alloc(LAST_KEY_BYTES, 0xff) } = range
      const db = this.#db
      if (isCompactable(db)) await this.#explained(db.compactRange(gte, lt, BYTES))
    })
  }

  async #write(ops: readonly Op[]): Promise<void> {
    const changes = await this.#explained(collapse(this.#db, ops))
    const operations = Array.from(changes.entries(), ([key, value]): Operation =>
      value === null ? { type: 'del', key } : { type: 'put', key, value }
    )
    if (operations.length > 0) await this.#states.write(changes, () => this.#put(operations))
  }

  async #put(operations: Operation[], sync: boolean = false): Promise<void> {
    if (this.#failure !== null) {
      throw new EngineError('ENGINE_FAILED', 'an earlier write failed; close the engine and open it again', {
        cause: this.#failure
      })
    }
    try {
      await this.#db.batch(operations, { ...BYTES, sync })
    } catch (err) {
      this.#failure = err
      throw explainLevelFailure(err)
    }
  }

  async #explained<T>(call: Promise<T>): Promise<T> {
    try {
      return await call
    } catch (err) {
      throw explainLevelFailure(err)
    }
  }
}

/**
 * Finds what a batch does to each key in the end. abstract-level has no range delete that is part of a batch, so the
 * keys of a range are read, and deleted one by one. Nothing else may be written in the meantime.
 * @returns the new value of each key; null = deleted
 */
async function collapse(db: LevelDatabase, ops: readonly Op[]): Promise<Tree<Uint8Array | null>> {
  const changes = new Tree<Uint8Array | null>()
  for (const op of ops) {
    if (op.type === 'put') changes.set(op.key, op.value)
    else if (op.type === 'del') changes.set(op.key, null)
    else {
      const { start: gte, end: lt } = op
      for (const [key] of changes.snapshot().entries({ gte, lt })) changes.set(key, null)
      for await (const key of storedKeys(db, gte, lt)) changes.set(key, null)
    }
  }
  return changes
}

async function* storedKeys(db: LevelDatabase, gte: Uint8Array, lt: Uint8Array): AsyncGenerator<Uint8Array> {
  const iterator = db.iterator<Uint8Array, Uint8Array>({ gte, lt, ...BYTES, values: false })
  try {
    for (;;) {
      const chunk = await iterator.nextv(KEYS_AT_ONCE)
      if (chunk.length === 0) return
      for (const [key] of chunk) yield key
    }
  } finally {
    await iterator.close()
  }
}
