import b4a from 'b4a'
import { compareKeys, type KeyRange, rangeIndex } from '../bytes/keys.js'
import type { Range } from '../engine.js'
import type { Cursor, Stored } from './cursor.js'

/** A layer, as a merge sees it. */
export interface Source {
  readonly cursor: Cursor
  /** Deleted ranges: in order, disjoint. They delete what older sources have. */
  readonly ranges: readonly KeyRange[]
}

/**
 * Goes over the entries of several layers as if they were one: of equal keys it gives the newest, and it gives no entry that a
 * newer layer has deleted.
 * @param sources  newest first; their cursors go over `range`
 * @param options  keepDeleted: give tombstones too, for a merge that has older layers below; default: false
 */
export function mergeCursor(
  sources: readonly Source[],
  range: Range,
  options: { keepDeleted?: boolean } = {}
): Cursor {
  return new MergeCursor(sources, range.reverse ?? false, options.keepDeleted ?? false)
}

/** A source and its age: 0 is the newest. */
interface Lane {
  readonly age: number
  readonly cursor: Cursor
}

class MergeCursor implements Cursor {
  key: Uint8Array = b4a.alloc(0)
  value: Stored = null
  readonly #isReverse: boolean
  readonly #keepDeleted: boolean
  /** the sources that have deleted ranges, newest first */
  readonly #shades: { readonly age: number; readonly ranges: readonly KeyRange[]; at: number }[]
  /** in order of their present keys; of equal keys, the newest first */
  readonly #lanes: Lane[] = []
  /** lanes that must load before the order is known again */
  #waiting: Lane[]
  #loading: Promise<boolean[]> | null = null
  #lastKey: Uint8Array | null = null

  constructor(sources: readonly Source[], isReverse: boolean, keepDeleted: boolean) {
    this.#isReverse = isReverse
    this.#keepDeleted = keepDeleted
    this.#waiting = sources.map(({ cursor }, age) => ({ age, cursor }))
    this.#shades = sources
      .map(({ ranges }, age) => ({ age, ranges, at: -1 }))
      .filter(({ ranges }) => ranges.length > 0)
  }

  next(): boolean {
    while (this.#waiting.length === 0 && this.#lanes.length > 0) {
      const lane = this.#lanes[0]!
      const { key, value } = lane.cursor
      const deletion = this.#deletionOf(lane.age, key)
      this.#advance(lane, deletion)

      if (this.#lastKey !== null && compareKeys(key, this.#lastKey) === 0) continue // a newer layer had this key
      this.#lastKey = key
      if (deletion !== null || (value === null && !this.#keepDeleted)) continue
      this.key = key
      this.value = value
      return true
    }
    return false
  }

  async load(): Promise<boolean> {
    while (this.#waiting.length > 0) {
      // A lane that fails stays here: a merge without one of its layers would give wrong entries.
      this.#loading ??= Promise.all(this.#waiting.map(({ cursor }) => cursor.next() || cursor.load()))
      const isThere = await this.#loading
      const loaded = this.#waiting.filter((_, i) => isThere[i])
      this.#loading = null
      this.#waiting = []
      for (const lane of loaded) this.#insert(lane, 0)
      if (this.next()) return true
    }
    return false
  }

  skip(): boolean {
    return this.next()
  }

  /** Steps the first lane and moves it to its new place. */
  #advance(lane: Lane, deletion: KeyRange | null): void {
    const isThere =
      deletion === null
        ? lane.cursor.next()
        : lane.cursor.skip(this.#isReverse ? deletion.start : deletion.end)
    if (!isThere) {
      this.#lanes.shift()
      this.#waiting.push(lane)
    } else if (this.#lanes.length > 1 && this.#order(lane, this.#lanes[1]!) > 0) {
      this.#lanes.shift()
      this.#insert(lane, 1)
    }
  }

  /** @param from  the lanes before this index come first */
  #insert(lane: Lane, from: number): void {
    let at = from
    while (at < this.#lanes.length && this.#order(lane, this.#lanes[at]!) > 0) at++
    this.#lanes.splice(at, 0, lane)
  }

  #order(a: Lane, b: Lane): number {
    const order = compareKeys(a.cursor.key, b.cursor.key)
    if (order === 0) return a.age - b.age
    return this.#isReverse ? -order : order
  }

  /** A deleted range of a newer layer that contains the key. */
  #deletionOf(age: number, key: Uint8Array): KeyRange | null {
    for (const shade of this.#shades) {
      if (shade.age >= age) break
      // Keys come in order, so the range is mostly the one of the last key.
      if (shade.at < 0 || !mayHold(shade.ranges, shade.at, key)) shade.at = rangeIndex(shade.ranges, key)
      const range = shade.ranges[shade.at]
      if (range !== undefined && compareKeys(range.start, key) <= 0) return range
    }
    return null
  }
}

/** Is `at` what rangeIndex() would say? */
function mayHold(ranges: readonly KeyRange[], at: number, key: Uint8Array): boolean {
  return (
    (at === ranges.length || compareKeys(ranges[at]!.end, key) > 0) &&
    (at === 0 || compareKeys(ranges[at - 1]!.end, key) <= 0)
  )
}
