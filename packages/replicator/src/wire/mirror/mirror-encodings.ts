import { MIRRORS_PER_STREAM } from '../../mirror/defaults.js'

interface State {
  buffer: Uint8Array
  start: number
  end: number
}

/** What the two ends say first. */
export interface Hello {
  /** Of the protocol. A byte, which no later version may move. */
  readonly version: number
  /** Of the mirrors that are there already. What is behind them is for later versions. */
  readonly numbers: readonly number[]
}

/** What is said between two mirrors, or of one. */
export interface Message {
  readonly numbers: readonly number[]
  readonly bytes: Uint8Array
}

const NUMBER_BYTES = 4

/** Nobody has the number 0. */
const TOO_SHORT: Message = { numbers: [0, 0], bytes: new Uint8Array(0) }

/** A byte for the version, one for how many numbers there are, and 4 for each. A version alone has no mirrors. */
export const helloEncoding = {
  preencode(state: State, { numbers }: Hello): void {
    state.end += 2 + numbers.length * NUMBER_BYTES
  },
  encode(state: State, { version, numbers }: Hello): void {
    state.buffer[state.start++] = version
    state.buffer[state.start++] = numbers.length
    for (const number of numbers) write(state, number)
  },
  decode(state: State): Hello {
    const [version, count] = [byte(state), byte(state)]
    const numbers: number[] = []
    while (numbers.length < Math.min(count, MIRRORS_PER_STREAM)) {
      if (state.end - state.start < NUMBER_BYTES) break
      numbers.push(read(state))
    }
    return { version, numbers }
  }
}

/** So many numbers of 4 bytes, and whatever is behind them. */
export function messageEncoding(count: number): object {
  return {
    preencode(state: State, { bytes }: Message): void {
      state.end += count * NUMBER_BYTES + bytes.byteLength
    },
    encode(state: State, { numbers, bytes }: Message): void {
      for (const number of numbers) write(state, number)
      state.buffer.set(bytes, state.start)
      state.start += bytes.byteLength
    },
    decode(state: State): Message {
      if (state.end - state.start < count * NUMBER_BYTES) return TOO_SHORT
      const numbers = Array.from({ length: count }, () => read(state))
      const bytes = state.buffer.subarray(state.start, state.end)
      state.start = state.end
      return { numbers, bytes }
    }
  }
}

function byte(state: State): number {
  return state.start < state.end ? state.buffer[state.start++]! : 0
}

function write(state: State, value: number): void {
  for (let shift = 24; shift >= 0; shift -= 8) state.buffer[state.start++] = (value >>> shift) & 255
}

function read(state: State): number {
  let value = 0
  for (let i = 0; i < NUMBER_BYTES; i++) value = value * 256 + state.buffer[state.start++]!
  return value
}
