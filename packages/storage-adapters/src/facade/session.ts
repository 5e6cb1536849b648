import b4a from 'b4a'
import { laterTurn } from '@manycore/kv'
import type { Range } from '@manycore/kv'
import { Answers } from './answers.js'
import type { EngineState, SharedSnapshot } from './state.js'
import { EngineStream } from './stream.js'
import { ReadBatch } from './read.js'
import { WriteBatch } from './write.js'
import { StorageError } from '../errors.js'
import type { StorageDatabase, StorageRange } from '../upstream/hypercore-storage.js'

/** A session of an engine that looks to hypercore-storage like a session of RocksDB. The root session owns the engine. */
export class EngineSession implements StorageDatabase {
  readonly _state: EngineState
  readonly _snapshot: SharedSnapshot | null
  _index = 0
  readonly #answers: Answers
  readonly #isRoot: boolean

  constructor(
    state: EngineState,
    snapshot: SharedSnapshot | null = null,
    answers: Answers = new Answers(state.coalescer.rounds),
    isRoot: boolean = false
  ) {
    this._state = state
    this._snapshot = snapshot?.hold() ?? null
    this.#answers = answers
    this.#isRoot = isRoot
    state.sessions.add(this)
  }

  get path(): string {
    return this._state.path
  }

  get opened(): boolean {
    return this._state.opened
  }

  get closed(): boolean {
    return this.#isRoot ? this._state.closed : this._index === -1
  }

  get snapshotted(): boolean {
    return this._snapshot !== null
  }

  ready(): Promise<void> {
    return this._state.ready()
  }

  session(): EngineSession {
    this.#check('session()')
    return new EngineSession(this._state, this._snapshot)
  }

  /** The snapshot of a snapshot is the same state. Its reads are answered in one order with those of this session. */
  snapshot(): EngineSession {
    this.#check('snapshot()')
    return new EngineSession(this._state, this._snapshot ?? this._state.snapshot(), this.#answers)
  }

  /** @param column  native, made by hypercore-storage for this call alone; an engine has no use for it */
  columnFamily(column: { destroy(): void }): EngineSession {
    column.destroy()
    return this.session()
  }

  read(): ReadBatch {
    this.#check('read()')
    return new ReadBatch(this._state, this.#answers, this._snapshot)
  }

  write(): WriteBatch {
    this.#check('write()')
    return new WriteBatch(this._state, this.#answers)
  }

  iterator(range: StorageRange = {}): EngineStream {
    this.#check('iterator()')
    return new EngineStream(this._state, this.#answers, range, this._snapshot)
  }

  flush(): Promise<void> {
    this.#check('flush()')
    const { engine, coalescer } = this._state
    return coalescer.run(() => engine.flush())
  }

  compactRange(start?: Uint8Array | object | null, end?: Uint8Array | null): Promise<void> {
    this.#check('compactRange()')
    const { engine, coalescer } = this._state
    const range =
      start instanceof Uint8Array && end instanceof Uint8Array ? compactedRange(start, end) : undefined
    return coalescer.run(() => engine.compact(range))
  }

  suspend(): Promise<void> {
    this.#check('suspend()')
    return this._state.suspend()
  }

  resume(): Promise<void> {
    this.#check('resume()')
    return this._state.resume()
  }

  async close(): Promise<void> {
    if (this._index !== -1) {
      this._index = -1
      this._state.sessions.delete(this)
      this._snapshot?.release()
    }
    if (this.#isRoot) await this._state.close()
    else await laterTurn() // in a later macrotask, as in RocksDB
  }

  #check(call: string): void {
    if (this._index === -1) throw new StorageError('STORAGE_CLOSED', `${call} after close()`)
    this._state.check(call)
  }
}

/** hypercore-storage passes the prefix of a core's keys as both bounds (index.js, `compact()`). */
function compactedRange(start: Uint8Array, end: Uint8Array): Range {
  if (!b4a.equals(start, end)) return { gte: start, lt: end }
  const last = start.findLastIndex((byte) => byte < 0xff)
  if (last === -1) return { gte: start }
  const lt = b4a.from(start.subarray(0, last + 1))
  lt[last]!++
  return { gte: start, lt }
}
