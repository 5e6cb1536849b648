import { Readable } from 'streamx'
import type { ReadableStream } from '@manycore/hypercore-types'
import type { EngineIterator, Entry } from '@manycore/kv'
import { PAGES_AS_KEYS, ROWS_AT_FIRST, ROWS_AT_ONCE } from '../defaults.js'
import type { Answers } from './answers.js'
import type { EngineState, SharedSnapshot } from './state.js'
import { bitfieldPages } from '../upstream/storage-keys.js'
import { toBytes } from './bytes.js'
import type { StorageRange } from '../upstream/hypercore-storage.js'

type Callback = (err: Error | null) => void

interface Rows extends ReadableStream<Entry> {
  /** null = the end */
  push(entry: Entry | null): boolean
}

const Rows = Readable as unknown as new (opts: object) => Rows

/**
 * A stream of the entries `{ key, value }` of a range. It is a streamx Readable, because hypercore-storage sets its
 * `_readableState.map`. The engine's iterator is made in `_open()`: streamx never destroys a stream that never
 * opened, so an iterator made in the constructor would be held for ever.
 */
export class EngineStream extends Rows {
  readonly #state: EngineState
  readonly #range: StorageRange
  readonly #answers: Answers
  readonly #snapshot: SharedSnapshot | null
  #iterator: EngineIterator | null = null
  #holds = false
  #rows = ROWS_AT_FIRST

  constructor(state: EngineState, answers: Answers, range: StorageRange, snapshot: SharedSnapshot | null) {
    super({ highWaterMark: ROWS_AT_ONCE, byteLength: () => 1 })
    this.#state = state
    this.#answers = answers
    this.#range = range
    this.#snapshot = snapshot
  }

  _open(done: Callback): void {
    this.#state.streams.add(this)
    this.#snapshot?.hold()
    this.#holds = true
    this.#state.coalescer
      .run(async () => {
        this.#iterator = this.#iterate()
      })
      .then(() => done(null), done)
  }

  _read(done: Callback): void {
    this.#next().then(
      (entries) => this.#answers.give({ give: () => this.#give(entries, done) }),
      (err: Error) => this.#answers.give({ give: () => done(err) })
    )
  }

  _destroy(done: Callback): void {
    this.#state.streams.delete(this)
    if (this.#holds) this.#snapshot?.release() // not held if destroyed before it opened
    if (this.#iterator === null) done(null)
    else this.#iterator.close().then(() => done(null), done)
  }

  /**
   * Hypercore reads the bitfield of a core that it opens as a range (lib/bitfield.js, `open()`), usually of one page,
   * and a get costs a fraction of an iterator.
   */
  #iterate(): EngineIterator {
    const { engine, coalescer } = this.#state
    const at = this.#snapshot?.at
    const { gte, lt, reverse } = this.#range
    const isPlain = gte !== undefined && lt !== undefined && reverse !== true
    const pages = isPlain ? bitfieldPages(gte, lt, PAGES_AS_KEYS) : null
    if (pages === null) return engine.iterator(this.#range, at)
    return new KeyCursor(pages, (keys) => coalescer.readKeys(keys, at))
  }

  async #next(): Promise<Entry[]> {
    const entries = await this.#state.coalescer.run(() => this.#iterator!.next(this.#rows))
    this.#rows = ROWS_AT_ONCE
    return entries
  }

  #give(entries: Entry[], done: Callback): void {
    if (entries.length === 0) this.push(null)
    for (const { key, value } of entries) this.push({ key: toBytes(key), value: toBytes(value) })
    done(null)
  }
}

/** Reads a few keys, in order, as if they were a range: absent ones are left out. */
class KeyCursor implements EngineIterator {
  #keys: readonly Uint8Array[]
  readonly #read: (keys: readonly Uint8Array[]) => Promise<readonly (Uint8Array | null)[]>

  constructor(
    keys: readonly Uint8Array[],
    read: (keys: readonly Uint8Array[]) => Promise<readonly (Uint8Array | null)[]>
  ) {
    this.#keys = keys
    this.#read = read
  }

  /** @returns all entries at the first call, whatever is asked for; then none */
  async next(): Promise<Entry[]> {
    const keys = this.#keys
    this.#keys = []
    const values = keys.length === 0 ? [] : await this.#read(keys)
    return keys.flatMap((key, i) => (values[i] === null ? [] : [{ key, value: values[i]! }]))
  }

  async close(): Promise<void> {}
}
