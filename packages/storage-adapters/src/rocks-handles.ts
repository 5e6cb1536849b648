import { EngineError, laterTurn } from '@manycore/kv'
import type { EngineIterator, EngineSnapshot, Entry, Range } from '@manycore/kv'
import { ROWS_AT_ONCE } from './defaults.js'

/** What is used of a session of RocksDB: rocksdb-native 3.18.1 index.js. */
export interface RocksSession {
  iterator(range: {
    gte?: Uint8Array | undefined
    lt?: Uint8Array | undefined
    reverse?: boolean | undefined
    /** entries read at once */
    capacity: number
  }): AsyncIterable<Entry>
  read(opts: { autoDestroy: boolean }): {
    get(key: Uint8Array): Promise<Uint8Array | null>
    tryFlush(): void
  }
  snapshot(): RocksSession
  close(): Promise<void>
}

/** What closing a RocksEngine ends. */
export type RocksHandles = Set<RocksSnapshot | RocksCursor>

/** A session of RocksDB that stays at one state. */
export class RocksSnapshot implements EngineSnapshot {
  #session: RocksSession | null
  readonly #handles: RocksHandles

  constructor(session: RocksSession, handles: RocksHandles) {
    this.#session = session
    this.#handles = handles.add(this)
  }

  /** @throws ENGINE_CLOSED */
  static session(snapshot: EngineSnapshot): RocksSession {
    const session = snapshot instanceof RocksSnapshot ? snapshot.#session : null
    if (session === null) throw new EngineError('ENGINE_CLOSED', 'a read at a snapshot that is closed')
    return session
  }

  close(): void {
    void this.#session?.close() // lets go at once; only the root session's close fails
    this.#session = null
    this.#handles.delete(this)
  }
}

/** A walk over a range of a state; the session holds it, for RocksDB's iterator takes its own only later. */
export class RocksCursor implements EngineIterator {
  readonly #session: RocksSession
  readonly #range: Range
  readonly #handles: RocksHandles
  #entries: AsyncGenerator<Entry> | null = null
  #isClosed = false

  constructor(session: RocksSession, range: Range, handles: RocksHandles) {
    this.#session = session
    this.#range = range
    this.#handles = handles.add(this)
  }

  async next(max: number): Promise<Entry[]> {
    const read: Entry[] = []
    if (!this.#isClosed) this.#entries ??= this.#walk()
    while (this.#entries !== null && read.length < max) {
      const { value, done } = await this.#entries.next()
      if (done) break
      read.push(value)
    }
    await laterTurn()
    return read
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#handles.delete(this)
    await this.#entries?.return(undefined)
    await this.#session.close()
  }

  async *#walk(): AsyncGenerator<Entry> {
    const { gte, lt, reverse } = this.#range
    if (lt?.byteLength === 0) return // to RocksDB no bound
    yield* this.#session.iterator({ gte, lt, reverse, capacity: ROWS_AT_ONCE })
  }
}
