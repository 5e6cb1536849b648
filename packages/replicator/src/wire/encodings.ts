import type { DecodeState, Encoding } from './protomux.js'

type Decode = (state: DecodeState) => unknown

/**
 * Puts something around how messages are decoded. Upstream's encodings are the same for all channels, and so are ours.
 * @param around  gets an encoding of upstream's, and gives what decodes instead
 * @returns a function that gives the encoding to be used in the place of one of upstream's
 */
export function aroundDecode(around: (encoding: Encoding) => Decode): (encoding: Encoding) => Encoding {
  const known = new WeakMap<Encoding, Encoding>()
  return (encoding) => {
    const before = known.get(encoding)
    if (before !== undefined) return before
    const fresh = Object.assign(Object.create(encoding) as Encoding, { decode: around(encoding) })
    known.set(encoding, fresh)
    return fresh
  }
}
