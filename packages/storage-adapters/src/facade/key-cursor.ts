import type { EngineIterator, Entry } from '@manycore/kv'

/** A few keys in order, read like a range: those that are absent are left out. */
export class KeyCursor implements EngineIterator {
  #keys: readonly Uint8Array[]
  readonly #get: (key: Uint8Array) => Promise<Uint8Array | null>

  constructor(keys: readonly Uint8Array[], get: (key: Uint8Array) => Promise<Uint8Array | null>) {
    this.#keys = keys
    this.#get = get
  }

  /** @returns all of them, however few are asked for; then none */
  async next(): Promise<Entry[]> {
    const keys = this.#keys
    this.#keys = []
    const values = await Promise.all(keys.map((key) => this.#get(key)))
    return keys.flatMap((key, i) => (values[i] === null ? [] : [{ key, value: values[i]! }]))
  }

  async close(): Promise<void> {}
}
