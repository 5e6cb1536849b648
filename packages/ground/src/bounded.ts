/**
 * A Map of at most so many entries: one more drops the oldest, which is the one that was added first. Setting a key that
 * is there changes its value and not its age; delete it first to make it the youngest.
 */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #most: number

  /** @param most  ≥ 0; with 0 it stays empty */
  constructor(most: number) {
    super()
    this.#most = most
  }

  override set(key: K, value: V): this {
    super.set(key, value)
    dropOldest(this, this.#most)
    return this
  }
}

/** A Set of at most so many values: one more drops the oldest. Adding a value that is there does not change its age. */
export class BoundedSet<T> extends Set<T> {
  readonly #most: number

  /** @param most  ≥ 0; with 0 it stays empty */
  constructor(most: number) {
    super()
    this.#most = most
  }

  override add(value: T): this {
    super.add(value)
    dropOldest(this, this.#most)
    return this
  }
}

function dropOldest<K>(kept: Map<K, unknown> | Set<K>, most: number): void {
  if (kept.size <= most) return
  for (const oldest of kept.keys()) {
    kept.delete(oldest)
    return
  }
}
