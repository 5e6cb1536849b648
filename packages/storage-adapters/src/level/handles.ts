import b4a from 'b4a'
import { EngineError, laterTurn } from '@manycore/kv'
import type { EngineIterator, EngineSnapshot, Entry, Range } from '@manycore/kv'
import type { StateScan, LevelState } from './states.js'

/** The snapshots and cursors that closing an engine ends. */
export type StateHandles = Set<StateSnapshot | StateCursor>

/** A state that the user of an engine holds. */
export class StateSnapshot implements EngineSnapshot {
  #state: LevelState | null
  readonly #handles: StateHandles

  constructor(state: LevelState, handles: StateHandles) {
    this.#state = state
    this.#handles = handles.add(this)
  }

  /**
   * @returns the state, held once more; the caller releases it
   * @throws ENGINE_CLOSED
   */
  static hold(snapshot: EngineSnapshot): LevelState {
    const state = snapshot instanceof StateSnapshot ? snapshot.#state : null
    if (state === null) throw new EngineError('ENGINE_CLOSED', 'the snapshot is closed')
    return state.hold()
  }

  close(): void {
    this.#state?.release()
    this.#state = null
    this.#handles.delete(this)
  }
}

/** Walks over a range of a state. */
export class StateCursor implements EngineIterator {
  #scan: StateScan | null
  readonly #state: LevelState
  readonly #handles: StateHandles
  /** the last read, because abstract-level refuses two at a time */
  #reading: Promise<unknown> = Promise.resolve()

  /** @param state  held by the caller; close() releases it */
  constructor(state: LevelState, range: Range, handles: StateHandles) {
    this.#state = state
    this.#scan = state.scan(range)
    this.#handles = handles.add(this)
  }

  next(max: number): Promise<Entry[]> {
    const entries = this.#reading.then(() => this.#next(max))
    this.#reading = entries.catch(() => {}) // reported to whoever asked
    return entries
  }

  async close(): Promise<void> {
    const scan = this.#scan
    this.#scan = null
    if (scan === null) return
    this.#handles.delete(this)
    await this.#reading
    await scan.close().finally(() => this.#state.release())
  }

  async #next(max: number): Promise<Entry[]> {
    const [entries] = await Promise.all([this.#scan?.next(max) ?? [], laterTurn()])
    return entries.map(({ key, value }) => ({ key: b4a.from(key), value: b4a.from(value) }))
  }
}
