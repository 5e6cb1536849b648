import type { EngineIterator, Entry } from '@manycore/kv'

/** A few keys in order, read like a range: those that are absent are left out. */
export class KeyCursor implements EngineIterator {
  #keys: readonly Uint8Array[]
  readonly #read: (keys: readonly Uint8Array[]) => Promise<readonly (Uint8Array | null)[]>

  constructor(
    keys: readonly Uint8Array[],
    read: (keys: readonly Uint8Array[]) => Promise<readonly (Uint8Array | null)[]>
  ) {
    this.#keys = keys
    this.#read = read
  }

  /** @returns all of them, however few are asked for; then none */
  async next(): Promise<Entry[]> {
    const keys = this.#keys
    this.#keys = []
    const values = keys.length === 0 ? [] : await this.#read(keys)
    return keys.flatMap((key, i) => (values[i] === null ? [] : [{ key, value: values[i]! }]))
  }

  async close(): Promise<void> {}
}
