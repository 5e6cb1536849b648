import { LEAST_PARTS } from '../defaults.js'
import { isSame } from '../bytes/order.js'
import type { LiveTree } from '../items/live-tree.js'
import type { FrameWriter } from '../wire/frame-writer.js'
import { FINGERPRINT, ITEMS } from '../wire/ranges.js'
import type { AnswerRange, ItemsRange } from '../wire/ranges.js'
import type { OpenRange, Pending } from './carried.js'
import { compareItems } from './compare-items.js'
import type { Difference } from './difference.js'
import { Narrowing } from './narrowing.js'

/** Answers single ranges with what is in the index at that moment, and finds differences on the way. */
export class Answerer {
  readonly #live: LiveTree

  constructor(live: LiveTree) {
    this.#live = live
  }

  /**
   * Answers a range.
   * @returns what is left of it because the frame is full; null = nothing
   */
  async answer(range: Pending, frame: FrameWriter, differences: Difference[]): Promise<Pending | null> {
    return range.mode === ITEMS ? this.#compare(range, frame, differences) : this.#narrow(range, frame)
  }

  /** The differences that an answer of the other side tells. */
  async *learn({ present, absent }: AnswerRange): AsyncGenerator<Difference, void, undefined> {
    const { idBytes, itemBytes } = this.#live.layout
    for (let at = 0; at < present.byteLength; at += itemBytes) {
      const id = present.slice(at, at + idBytes)
      const theirs = present.slice(at + idBytes, at + itemBytes)
      const ours = await this.#live.read((tree) => tree.get(id))
      if (!ours || !isSame(ours, theirs)) yield { id, ours, theirs }
    }
    for (let at = 0; at < absent.byteLength; at += idBytes) {
      const id = absent.slice(at, at + idBytes)
      const ours = await this.#live.read((tree) => tree.get(id))
      if (ours) yield { id, ours, theirs: null }
    }
  }

  async #narrow(range: Exclude<Pending, ItemsRange>, frame: FrameWriter): Promise<Pending | null> {
    const fingerprint = range.mode === FINGERPRINT ? range.fingerprint : null
    const most = frame.fingerprintsLeft
    const narrowing = new Narrowing(range, fingerprint, Math.max(LEAST_PARTS, most))
    const narrowed = await this.#live.read((tree) => narrowing.run(tree))
    if (narrowed.as === 'same') return null
    if (narrowed.as === 'items') {
      if (narrowed.items.byteLength > frame.itemBytesLeft) return opened(range)
      frame.items(range, narrowed.items)
    } else {
      if (narrowed.parts.length > most) return opened(range)
      for (const part of narrowed.parts) frame.fingerprint(part, part.fingerprint)
    }
    return null
  }

  async #compare(range: ItemsRange, frame: FrameWriter, differences: Difference[]): Promise<Pending | null> {
    const room = frame.itemBytesLeft
    const compared = await this.#live.read((tree) => compareItems(tree, range, room))
    const { present, absent, end, rest } = compared
    if (present.byteLength + absent.byteLength > 0) frame.answer({ lo: range.lo, hi: end }, present, absent)
    differences.push(...compared.differences)
    return end === range.hi ? null : { mode: ITEMS, lo: end!, hi: range.hi, items: rest }
  }
}

/** A range whose fingerprint was compared already: the answer just did not fit. */
function opened({ lo, hi }: Pending): OpenRange {
  return { mode: null, lo, hi }
}
