import { ReplicatorError } from '../errors.js'
import type { DecodeState } from './protomux.js'

/**
 * Reads compact-encoding's uint: a byte, or 0xfd, 0xfe or 0xff and 2, 4 or 8 bytes, little endian.
 * @returns it; it may be more than 2^53
 * @throws  BAD_FRAME if the bytes end before it does
 */
export function readUint(state: DecodeState): number {
  const { buffer, start, end } = state
  const first = start < end ? buffer[start]! : 0xff
  const bytes = first < 0xfd ? 0 : 2 ** (first - 0xfc)
  state.start = start + 1 + bytes
  if (state.start > end) throw new ReplicatorError('BAD_FRAME', 'a message ends within a number')
  if (bytes === 0) return first
  let value = 0
  for (let at = start + bytes; at > start; at--) value = value * 256 + buffer[at]!
  return value
}
