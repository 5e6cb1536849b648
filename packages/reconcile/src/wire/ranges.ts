import type { Bound } from '../bytes/bounds.js'

/** The version of the wire format: the first byte of every frame. */
export const WIRE_VERSION = 1

/** Flags of a frame: its sender has more to say than fits; it is the first of its exchange. */
export const MORE = 1
export const HELLO = 2

/** What a frame says of a range. */
export const SKIP = 0
export const FINGERPRINT = 1
export const ITEMS = 2
export const ANSWER = 3

/** The first byte of a range: what is said of it in the upper bits, the length of its upper bound in the lower ones. */
export const MODE_SHIFT = 6
export const LENGTH_MASK: number = (1 << MODE_SHIFT) - 1

interface Spanned {
  readonly lo: Uint8Array
  readonly hi: Bound
}

/** "This is the fingerprint of what I have there." */
interface FingerprintRange extends Spanned {
  readonly mode: typeof FINGERPRINT
  readonly fingerprint: Uint8Array
}

/** "This is all that I have there: what of it do you have otherwise?" */
export interface ItemsRange extends Spanned {
  readonly mode: typeof ITEMS
  /** Packed, in order. */
  readonly items: Uint8Array
}

/** "Of what you listed there, this is different with me." */
export interface AnswerRange extends Spanned {
  readonly mode: typeof ANSWER
  /** Items that the other side lacks or has in another version; packed, in order. */
  readonly present: Uint8Array
  /** Ids that the other side has listed, and we lack; packed, in order. */
  readonly absent: Uint8Array
}

/** What needs an answer. */
export type Demand = FingerprintRange | ItemsRange

/** A range of a frame that is not skipped. */
export type WireRange = Demand | AnswerRange
