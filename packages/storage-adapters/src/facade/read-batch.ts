import type { SharedSnapshot } from './shared-snapshot.js'
import { toBytes } from './to-bytes.js'
import type { Turn } from './turn.js'

/** Gets that go down together at tryFlush(), with those of every other batch of the turn. */
export class ReadBatch {
  readonly #turn: Turn
  readonly #snapshot: SharedSnapshot | null
  #queued: { key: Uint8Array; resolve: (value: Promise<Uint8Array | null>) => void }[] = []

  constructor(turn: Turn, snapshot: SharedSnapshot | null) {
    this.#turn = turn
    this.#snapshot = snapshot
  }

  /** @returns a fresh Buffer, or null when absent */
  get(key: Uint8Array): Promise<Uint8Array | null> {
    this.#snapshot?.hold() // the session may close before the turn ends
    return new Promise((resolve) => void this.#queued.push({ key, resolve }))
  }

  tryFlush(): void {
    const queued = this.#queued
    this.#queued = []
    for (const { key, resolve } of queued) resolve(this.#read(key))
  }

  destroy(): void {
    for (const _ of this.#queued.splice(0)) this.#snapshot?.release()
  }

  async #read(key: Uint8Array): Promise<Uint8Array | null> {
    const snapshot = this.#snapshot
    if (snapshot === null) return toBuffer(await this.#turn.get(key))
    try {
      // Taken before the engine was open, it has a state only once it is.
      return toBuffer(await this.#turn.run(() => this.#turn.get(key, snapshot.at)))
    } finally {
      snapshot.release()
    }
  }
}

function toBuffer(value: Uint8Array | null): Uint8Array | null {
  return value === null ? null : toBytes(value)
}
