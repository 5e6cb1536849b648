import { FINGERPRINT_BYTES, FRAME_RANGES } from '../defaults.js'
import { ReconcileError } from '../errors.js'
import { compareBounds } from '../bytes/bounds.js'
import type { Bound } from '../bytes/bounds.js'
import { compare, isSame } from '../bytes/order.js'
import type { Layout } from '../tree/layout.js'
import { ANSWER, FINGERPRINT, HELLO, ITEMS, LENGTH_MASK, MODE_SHIFT, MORE, SKIP } from './ranges.js'
import type { WireRange } from './ranges.js'

/** A frame that was read, and found to be in order. */
export interface Frame {
  readonly hasMore: boolean
  /** Those that are not skipped, in order. Their arrays are parts of the frame. */
  readonly ranges: readonly WireRange[]
}

/** Reads a frame, and checks everything that can be checked without the index. */
export class FrameReader {
  readonly #layout: Layout
  readonly #bytes: Uint8Array
  #at = 0

  constructor(layout: Layout, bytes: Uint8Array) {
    this.#layout = layout
    this.#bytes = bytes
  }

  /**
   * @param settings  those of the index, if the frame has to be the first of its exchange
   * @throws FRAME_INVALID, EXCHANGE_MISMATCH, WORK_REFUSED
   */
  read(settings: Uint8Array | null): Frame {
    this.#byte('a version') // which is ours
    const flags = this.#byte('flags')
    if ((flags & ~MORE) !== (settings ? HELLO : 0)) throw invalid(`flags ${flags} do not belong here`)
    if (settings) this.#checkSettings(settings)
    const ranges = this.#ranges()
    const hasMore = (flags & MORE) !== 0
    if (hasMore && ranges.length === 0) throw invalid('a frame without ranges has no room for more')
    return { hasMore, ranges }
  }

  #checkSettings(settings: Uint8Array): void {
    const { idBytes, versionBytes } = this.#layout
    const [theirIds, theirVersions] = [this.#byte('a length'), this.#byte('a length')]
    if (theirIds !== idBytes || theirVersions !== versionBytes)
      throw new ReconcileError(
        'EXCHANGE_MISMATCH',
        `the other side has ids of ${theirIds} and versions of ${theirVersions} bytes, we ${idBytes} and ${versionBytes}`
      )
    if (!isSame(this.#take(settings.byteLength, 'a check of the settings'), settings))
      throw new ReconcileError('EXCHANGE_MISMATCH', 'the other side has another secret')
  }

  #ranges(): WireRange[] {
    const ranges: WireRange[] = []
    let lo: Bound = new Uint8Array(this.#layout.idBytes)
    let isSkipped = false
    while (this.#at < this.#bytes.byteLength) {
      if (lo === null) throw invalid('there are bytes behind the last range')
      const head = this.#byte('a range')
      const hi = this.#bound(head & LENGTH_MASK)
      if (compareBounds(lo, hi) >= 0) throw invalid('a range ends before it begins')
      const mode = head >>> MODE_SHIFT
      if (mode === SKIP && isSkipped) throw invalid('a skipped range follows another')
      isSkipped = mode === SKIP
      if (!isSkipped) ranges.push(this.#range(mode, lo, hi))
      if (ranges.length > FRAME_RANGES)
        throw new ReconcileError('WORK_REFUSED', `a frame has more than ${FRAME_RANGES} ranges`)
      lo = hi
    }
    if (isSkipped) throw invalid('the last range is skipped')
    return ranges
  }

  #range(mode: number, lo: Uint8Array, hi: Bound): WireRange {
    const { idBytes, itemBytes } = this.#layout
    if (mode === FINGERPRINT)
      return { mode, lo, hi, fingerprint: this.#take(FINGERPRINT_BYTES, 'a fingerprint') }
    const items = this.#list(itemBytes, lo, hi)
    if (mode !== ANSWER) return { mode: ITEMS, lo, hi, items }
    const absent = this.#list(idBytes, lo, hi)
    if (items.byteLength + absent.byteLength === 0) throw invalid('an answer is empty')
    this.#checkDisjoint(items, absent)
    return { mode, lo, hi, present: items, absent }
  }

  #bound(length: number): Bound {
    if (length === 0) return null
    const { idBytes } = this.#layout
    if (length > idBytes) throw invalid(`a bound has ${length} bytes, and ids have ${idBytes}`)
    const bound = new Uint8Array(idBytes)
    bound.set(this.#take(length, 'a bound'))
    if (bound[length - 1] === 0) throw invalid('a bound ends with a zero')
    return bound
  }

  #list(entryBytes: number, lo: Uint8Array, hi: Bound): Uint8Array {
    const { idBytes } = this.#layout
    const count = this.#count()
    const list = this.#take(count * entryBytes, `a list of ${count}`)
    for (let at = entryBytes; at < list.byteLength; at += entryBytes)
      if (compare(list, at - entryBytes, list, at, idBytes) >= 0) throw invalid('a list is not in order')
    if (count === 0) return list
    const last = list.byteLength - entryBytes
    if (compare(list, 0, lo, 0, idBytes) < 0 || (hi && compare(list, last, hi, 0, idBytes) >= 0))
      throw invalid('a list has an id outside its range')
    return list
  }

  #checkDisjoint(present: Uint8Array, absent: Uint8Array): void {
    const { idBytes, itemBytes } = this.#layout
    for (let at = 0, other = 0; at < present.byteLength && other < absent.byteLength;) {
      const order = compare(present, at, absent, other, idBytes)
      if (order === 0) throw invalid('an answer has an id twice')
      if (order < 0) at += itemBytes
      else other += idBytes
    }
  }

  /** Seven bits a byte, the lowest first, three bytes at most, none of them for nothing. */
  #count(): number {
    let count = 0
    for (const shift of [0, 7, 14]) {
      const byte = this.#byte('a count')
      count |= (byte & 127) << shift
      if (byte === 0 && shift > 0) throw invalid('a count has a byte too many')
      if (byte < 128) return count
    }
    throw invalid('a count has more than three bytes')
  }

  #byte(what: string): number {
    return this.#take(1, what)[0]!
  }

  #take(length: number, what: string): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.byteLength) throw invalid(`it ends where ${what} should be`)
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}

export function invalid(problem: string): ReconcileError {
  return new ReconcileError('FRAME_INVALID', problem)
}
