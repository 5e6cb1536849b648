import b4a from 'b4a'
import { expect, test } from 'vitest'
import { STATE_BYTES, lacks, writeState } from '../../src/mirror/state.js'

function state(fork: number, length: number, held: number, blocks: number | null = null): Uint8Array {
  const bytes = b4a.alloc(STATE_BYTES)
  const none = { discoveryKey: bytes, key: bytes, writable: false, names: [] }
  writeState(bytes, { ...none, fork, length, held, blocks: blocks === null ? null : b4a.alloc(8, blocks) })
  return bytes
}

test.each([
  ['the same', state(0, 5, 5), state(0, 5, 5), false],
  ['a longer one', state(0, 5, 5), state(0, 6, 6), true],
  ['a shorter one', state(0, 5, 5), state(0, 4, 4), false],
  ['a newer fork, even if it is shorter', state(0, 5, 5), state(1, 2, 2), true],
  ['an older fork, even if it is longer', state(1, 2, 2), state(0, 5, 5), false],
  ['a whole one, to half of it', state(0, 5, 2, 1), state(0, 5, 5), true],
  ['half of it, to a whole one', state(0, 5, 5), state(0, 5, 2, 1), false],
  ['the other half', state(0, 4, 2, 1), state(0, 4, 2, 2), true],
  ['the same half', state(0, 4, 2, 1), state(0, 4, 2, 1), false],
  ['nothing of a core of which half is here', state(0, 4, 2, 1), state(0, 4, 0), false],
  ['numbers of more than 32 bits', state(0, 2 ** 40, 2 ** 40), state(0, 2 ** 40 + 1, 1, 1), true]
])('a peer that has %s', (_what, ours, theirs, more) => {
  expect(lacks(ours, theirs)).toBe(more)
})
