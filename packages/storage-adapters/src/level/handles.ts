import b4a from 'b4a'
import { EngineError, laterTurn } from '@manycore/kv'
import type { EngineIterator, EngineSnapshot, Entry, Range } from '@manycore/kv'
import type { LevelScan, LevelView } from './state.js'

/** What closing an engine ends. */
export type LevelHandles = Set<LevelSnapshotHandle | LevelCursor>

/** A state held by the user of an engine. */
export class LevelSnapshotHandle implements EngineSnapshot {
  #view: LevelView | null
  readonly #handles: LevelHandles

  constructor(view: LevelView, handles: LevelHandles) {
    this.#view = view
    this.#handles = handles.add(this)
  }

  /** @throws ENGINE_CLOSED; @returns a hold of the state, which the caller releases */
  static hold(snapshot: EngineSnapshot): LevelView {
    const view = snapshot instanceof LevelSnapshotHandle ? snapshot.#view : null
    if (view === null) throw new EngineError('ENGINE_CLOSED', 'a read at a snapshot that is closed')
    return view.hold()
  }

  close(): void {
    this.#view?.release()
    this.#view = null
    this.#handles.delete(this)
  }
}

/** A walk over a range of a state. */
export class LevelCursor implements EngineIterator {
  #scan: LevelScan | null
  readonly #view: LevelView
  readonly #handles: LevelHandles
  /** abstract-level refuses to read twice at the same time */
  #reading: Promise<unknown> = Promise.resolve()

  /** @param view  held; released by close() */
  constructor(view: LevelView, range: Range, handles: LevelHandles) {
    this.#view = view
    this.#scan = view.scan(range)
    this.#handles = handles.add(this)
  }

  next(max: number): Promise<Entry[]> {
    const entries = this.#reading.then(() => this.#next(max))
    this.#reading = entries.catch(() => {}) // told to who asked
    return entries
  }

  async close(): Promise<void> {
    const scan = this.#scan
    this.#scan = null
    if (scan === null) return
    this.#handles.delete(this)
    await this.#reading
    await scan.close()
    this.#view.release()
  }

  async #next(max: number): Promise<Entry[]> {
    const [entries] = await Promise.all([this.#scan?.next(max) ?? [], laterTurn()])
    return entries.map(({ key, value }) => ({ key: b4a.from(key), value: b4a.from(value) }))
  }
}
