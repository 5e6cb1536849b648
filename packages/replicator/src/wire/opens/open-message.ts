import { ReplicatorError } from '../../errors.js'
import type { DecodeState } from '../protomux.js'
import { readUint } from '../uint.js'

/** An open of the remote, as its bytes are (`Channel.open()` of protomux 3.12.1). Nothing is copied. */
export interface OpenMessage {
  /** The remote's number for the channel. */
  readonly number: number
  /** The protocol's name, in UTF-8. */
  readonly protocol: Uint8Array
  /** 0 bytes = none */
  readonly id: Uint8Array
  readonly handshake: Uint8Array
}

/** @throws BAD_FRAME if the bytes end too early */
export function readOpen({ buffer, start, end }: DecodeState): OpenMessage {
  const state = { buffer, start, end }
  const number = readUint(state)
  const protocol = readPart(state)
  const id = readPart(state)
  return { number, protocol, id, handshake: buffer.subarray(state.start, end) }
}

/** Reads what is preceded by its length. */
function readPart(state: DecodeState): Uint8Array {
  const length = readUint(state)
  const { buffer, start, end } = state
  state.start = start + length
  if (state.start > end) throw new ReplicatorError('BAD_FRAME', 'a part of an open ends behind its message')
  return buffer.subarray(start, state.start)
}
