import { laterTurn } from '@manycore/kv'
import { StorageError } from '../errors.js'
import type { Answers, ReadAnswer } from './answers.js'
import { toBytes } from './bytes.js'
import type { Reader } from './coalescer.js'
import type { RecentRecords } from './recent-records.js'
import type { EngineState, SharedSnapshot } from './state.js'

/** Gets that go down together at tryFlush(), with those of all other batches of the turn, and are answered together. */
export class ReadBatch {
  readonly #state: EngineState
  readonly #answers: Answers
  readonly #snapshot: SharedSnapshot | null
  #read: Read | null = null

  constructor(state: EngineState, answers: Answers, snapshot: SharedSnapshot | null) {
    this.#state = state
    this.#answers = answers
    this.#snapshot = snapshot
  }

  /** @returns a fresh Buffer; null = absent */
  get(key: Uint8Array): Promise<Uint8Array | null> {
    if (this.#read === null) {
      this.#read = new Read(this.#answers.ready)
      this.#snapshot?.hold() // the session may close before the turn ends
    }
    return this.#read.get(key)
  }

  tryFlush(): void {
    const read = this.#take()
    if (read === null) return
    this.#answers.begin(read)
    const { coalescer, recent } = this.#state
    if (this.#snapshot !== null) void this.#readAt(this.#snapshot, read)
    else if (!read.lookUp(recent)) coalescer.read(read)
    else
      coalescer.run(laterTurn).then(
        () => read.found([], 0),
        (err: unknown) => read.failed(err)
      )
  }

  destroy(): void {
    const read = this.#take()
    if (read === null) return
    this.#snapshot?.release()
    // Rejects, as in RocksDB: hypercore-storage keeps the promise in its tree cache (lib/tx.js, `getTreeNode()`).
    read.drop(new StorageError('STORAGE_CLOSED', 'a read batch was destroyed before it was flushed'))
  }

  #take(): Read | null {
    const read = this.#read
    this.#read = null
    return read
  }

  async #readAt(snapshot: SharedSnapshot, read: Read): Promise<void> {
    const { coalescer } = this.#state
    try {
      // A snapshot that was taken before the engine was open has a state only once it is.
      read.found(await coalescer.run(() => coalescer.readKeys(read.keys, snapshot.at)), 0)
    } catch (err) {
      read.failed(err)
    } finally {
      snapshot.release()
    }
  }
}

type Value = Uint8Array | null

interface Get {
  resolve(value: Value): void
  reject(err: unknown): void
}

/** The gets of one flush: which values are known, which the engine is asked for, and who waits for them. */
class Read implements Reader, ReadAnswer {
  /** the keys whose values are still to be found */
  keys: Uint8Array[] = []
  isReady = false
  next: ReadAnswer | null = null
  readonly #gets: Get[] = []
  readonly #ready: (read: Read) => void
  /** one per get; undefined = still to be found */
  #values: (Value | undefined)[] = []
  #notes: (((found: Value) => void) | null)[] = []
  #failure: { err: unknown } | null = null

  /** @param ready  called once, when all values are there or the read has failed */
  constructor(ready: (read: Read) => void) {
    this.#ready = ready
  }

  get(key: Uint8Array): Promise<Value> {
    this.keys.push(key)
    return new Promise((resolve, reject) => void this.#gets.push({ resolve, reject }))
  }

  /** @returns whether all values are known, so that none is left to be found */
  lookUp(recent: RecentRecords): boolean {
    this.#values = this.keys.map((key) => recent.get(key))
    if (this.#values.some((value) => value !== undefined))
      this.keys = this.keys.filter((_, i) => this.#values[i] === undefined)
    this.#notes = this.keys.map((key) => recent.read(key))
    return this.keys.length === 0
  }

  /** @param start  the index at which the values of `keys` begin */
  found(values: readonly (Value | undefined)[], start: number): void {
    let at = start
    for (let i = 0; i < this.keys.length; i++) this.#notes[i]?.(values[start + i] ?? null)
    for (let i = 0; i < this.#gets.length; i++)
      if (this.#values[i] === undefined) this.#values[i] = values[at++] ?? null
    this.#ready(this)
  }

  failed(err: unknown): void {
    this.#failure = { err }
    this.#ready(this)
  }

  give(): void {
    if (this.#failure !== null) return this.drop(this.#failure.err)
    for (let i = 0; i < this.#gets.length; i++) {
      const value = this.#values[i]
      this.#gets[i]!.resolve(value ? toBytes(value) : null)
    }
  }

  /** Rejects all gets. */
  drop(err: unknown): void {
    for (const { reject } of this.#gets) reject(err)
  }
}
