import { laterTurn } from '@manycore/kv'
import type { EngineState } from './engine-state.js'
import type { SharedSnapshot } from './shared-snapshot.js'
import { toBytes } from './to-bytes.js'
import type { Reader, Turn } from './turn.js'
import type { RecentRecords } from './recent-records.js'

/** Gets that go down together at tryFlush(), with those of every other batch of the turn. */
export class ReadBatch {
  readonly #turn: Turn
  readonly #recent: RecentRecords
  readonly #snapshot: SharedSnapshot | null
  #queued: (Reader & { readonly key: Uint8Array })[] = []

  constructor({ turn, recent }: EngineState, snapshot: SharedSnapshot | null) {
    this.#turn = turn
    this.#recent = recent
    this.#snapshot = snapshot
  }

  /** @returns a fresh Buffer, or null when absent */
  get(key: Uint8Array): Promise<Uint8Array | null> {
    this.#snapshot?.hold() // the session may close before the turn ends
    return new Promise((resolve, reject) => {
      this.#queued.push({ key, resolve: (value) => resolve(value && toBytes(value)), reject })
    })
  }

  tryFlush(): void {
    const queued = this.#queued
    this.#queued = []
    for (const each of queued) {
      if (this.#snapshot === null) this.#read(each)
      else this.#readAt(this.#snapshot, each.key).then(each.resolve, each.reject)
    }
  }

  destroy(): void {
    for (const _ of this.#queued.splice(0)) this.#snapshot?.release()
  }

  #read(reader: Reader & { readonly key: Uint8Array }): void {
    const { key, resolve, reject } = reader
    const known = this.#recent.get(key)
    if (known !== undefined) {
      this.#turn.run(laterTurn).then(() => resolve(known), reject)
      return
    }
    const note = this.#recent.read(key)
    const settle = (value: Uint8Array | null): void => {
      note!(value)
      resolve(value)
    }
    this.#turn.get(key, note === null ? reader : { resolve: settle, reject })
  }

  async #readAt(snapshot: SharedSnapshot, key: Uint8Array): Promise<Uint8Array | null> {
    try {
      // Taken before the engine was open, it has a state only once it is.
      return await this.#turn.run(
        () => new Promise((resolve, reject) => this.#turn.get(key, { resolve, reject }, snapshot.at))
      )
    } finally {
      snapshot.release()
    }
  }
}
