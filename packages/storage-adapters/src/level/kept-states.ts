import b4a from 'b4a'
import { Tree } from '@manycore/kv'
import type { Entry, Range } from '@manycore/kv'
import { BYTES, toLevelRange } from './database.js'
import type { LevelDatabase } from './database.js'
import { LevelState } from './states.js'
import type { StateScan, LevelStates } from './states.js'

/** The values that keys had before they were changed; null = absent. */
type Before = Tree<Uint8Array | null>

/**
 * States of a database without snapshots: while one is held, each batch first keeps the values it is about to change.
 * They are kept before the batch is written, so a reader asks the database first and what was kept afterwards, and need
 * not know whether a batch was written in between.
 */
export class KeptStates implements LevelStates {
  readonly #db: LevelDatabase
  readonly #held = new Set<KeptState>()
  /** kept for the batch that is being written: a state taken during it is the one before it */
  #writing: Before = new Tree()

  constructor(db: LevelDatabase) {
    this.#db = db
  }

  latest(): LevelState {
    return this.snapshot()
  }

  snapshot(): LevelState {
    return new KeptState(this.#db, this.#writing.snapshot(), this.#held)
  }

  async write(changes: Tree<Uint8Array | null>, write: () => Promise<void>): Promise<void> {
    const keys = Array.from(changes.entries(), ([key]) => key)
    const values = await readMany(this.#db, keys)
    for (const [i, key] of keys.entries()) {
      const before = values[i] ?? null
      this.#writing.set(key, before)
      for (const state of this.#held) state.keep(key, before)
    }
    try {
      await write()
    } finally {
      this.#writing = new Tree()
    }
  }
}

class KeptState extends LevelState {
  readonly #db: LevelDatabase
  readonly #before: Before
  readonly #held: Set<KeptState>

  constructor(db: LevelDatabase, before: Before, held: Set<KeptState>) {
    super()
    this.#db = db
    this.#before = before
    this.#held = held.add(this)
  }

  keep(key: Uint8Array, before: Uint8Array | null): void {
    if (this.#before.get(key) === undefined) this.#before.set(key, before)
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const values = await readMany(this.#db, keys)
    return keys.map((key, i) => {
      const before = this.#before.get(key)
      return before === undefined ? values[i] : (before ?? undefined)
    })
  }

  scan(range: Range): StateScan {
    let rest: Range | null = range
    return {
      next: async (max) => {
        while (rest !== null) {
          const entries = await this.#read(rest, max)
          rest = entries.rest
          if (entries.read.length > 0) return entries.read
        }
        return []
      },
      close: async () => {}
    }
  }

  /** @returns up to `max` entries, perhaps none, and the rest of the range; null = it is at its end */
  async #read(range: Range, max: number): Promise<{ read: Entry[]; rest: Range | null }> {
    const stored = await readRange(this.#db, range, max)
    const last = stored.length === max ? stored.at(-1)!.key : null
    const before = this.#before.entries(last === null ? range : until(range, last))
    const read: Entry[] = []
    for (const entry of merge(stored, before, range.reverse ? -1 : 1)) {
      read.push(entry)
      if (read.length === max) return { read, rest: after(range, entry.key) }
    }
    return { read, rest: last === null ? null : after(range, last) }
  }

  protected drop(): void {
    this.#held.delete(this)
  }
}

/** Merges entries in order; a kept value replaces the stored one. */
function* merge(
  stored: readonly Entry[],
  before: Iterable<[Uint8Array, Uint8Array | null]>,
  sign: 1 | -1
): Generator<Entry> {
  let i = 0
  for (const [key, value] of before) {
    while (i < stored.length && sign * b4a.compare(stored[i]!.key, key) < 0) yield stored[i++]!
    if (i < stored.length && b4a.equals(stored[i]!.key, key)) i++
    if (value !== null) yield { key, value }
  }
  yield* stored.slice(i)
}

/** The part of a range up to and including a key. */
function until(range: Range, key: Uint8Array): Range {
  return range.reverse ? { ...range, gte: key } : { ...range, lt: successor(key) }
}

/** The part of a range after a key. */
function after(range: Range, key: Uint8Array): Range {
  return range.reverse ? { ...range, lt: key } : { ...range, gte: successor(key) }
}

/** The next key in order. */
function successor(key: Uint8Array): Uint8Array {
  return b4a.concat([key, b4a.alloc(1)])
}

function readMany(db: LevelDatabase, keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
  return db.getMany<Uint8Array, Uint8Array>(keys.slice(), BYTES)
}

async function readRange(db: LevelDatabase, range: Range, limit: number): Promise<Entry[]> {
  const iterator = db.iterator<Uint8Array, Uint8Array>({ ...toLevelRange(range), ...BYTES, limit })
  const entries: Entry[] = []
  try {
    for (;;) {
      const chunk = await iterator.nextv(limit)
      if (chunk.length === 0) return entries
      for (const [key, value] of chunk) entries.push({ key, value })
    }
  } finally {
    await iterator.close()
  }
}
