import { EngineError, laterTurn } from '@manycore/kv'
import type { EngineIterator, EngineSnapshot, Entry, Range } from '@manycore/kv'
import { ROCKS_ROWS_AT_ONCE } from '../defaults.js'
import type { RocksRows, RocksSession } from '../upstream/rocksdb-native.js'

/** The snapshots and cursors that closing a RocksEngine ends. */
export type RocksHandles = Set<RocksSnapshot | RocksCursor>

/** One state of RocksDB, as a session that stays at it. */
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
    if (session === null) throw new EngineError('ENGINE_CLOSED', 'the snapshot is closed')
    return session
  }

  close(): void {
    void this.#session?.close() // releases at once; only closing the root session fails
    this.#session = null
    this.#handles.delete(this)
  }
}

/** Walks over a range of one state. The session holds the state, because RocksDB's iterator takes one only later. */
export class RocksCursor implements EngineIterator {
  readonly #session: RocksSession
  readonly #range: Range
  readonly #handles: RocksHandles
  #rows: RocksRows | null = null
  #state: 'open' | 'ended' | 'closed' = 'open'
  #failure: Error | null = null
  #wake: () => void = noop

  constructor(session: RocksSession, range: Range, handles: RocksHandles) {
    this.#session = session
    this.#range = range
    this.#handles = handles.add(this)
  }

  async next(max: number): Promise<Entry[]> {
    const read: Entry[] = []
    let waited = false
    while (read.length < max) {
      const row = this.#state === 'open' ? this.#walk().read() : null
      if (row !== null) read.push(row)
      else if (this.#state !== 'open' || read.length > 0) break
      else {
        waited = true
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    }
    if (this.#failure !== null) throw this.#failure
    if (!waited) await laterTurn()
    return read
  }

  async close(): Promise<void> {
    this.#handles.delete(this)
    if (this.#rows !== null && this.#state !== 'closed') {
      const closed = new Promise<void>((resolve) => this.#rows!.on('close', resolve))
      this.#rows.destroy()
      await closed
    }
    this.#state = 'closed'
    await this.#session.close()
  }

  #walk(): RocksRows {
    if (this.#rows !== null) return this.#rows
    const { gte, lt, reverse } = this.#range
    const rows = this.#session.iterator({ gte, lt, reverse, capacity: ROCKS_ROWS_AT_ONCE })
    rows.on('readable', () => this.#wake())
    rows.on('end', () => this.#stop('ended'))
    rows.on('close', () => this.#stop('closed'))
    rows.on('error', (err) => (this.#failure = err))
    return (this.#rows = rows)
  }

  #stop(state: 'ended' | 'closed'): void {
    this.#state = state
    this.#wake()
  }
}

function noop(): void {}
