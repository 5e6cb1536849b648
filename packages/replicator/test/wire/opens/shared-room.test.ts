import { expect, test } from 'vitest'
import { SharedRoom } from '../../../src/wire/opens/shared-room.js'

function filled(room: SharedRoom, most = Infinity): number {
  let own = 0
  for (; own < most && !room.isFull(own); own++) room.take()
  return own
}

test('one alone may have half, and the others half of what is left', () => {
  const room = new SharedRoom(1000)
  expect([filled(room), filled(room), filled(room)]).toEqual([500, 250, 125])
})

test('fifty that take in turns what they can get have a fiftieth each, and leave as much to one more', () => {
  const room = new SharedRoom(5100)
  const owns: number[] = Array(50).fill(0)
  for (let round = 0; round < 5100; round++) {
    for (const [i, own] of owns.entries()) {
      if (room.isFull(own)) continue
      room.take()
      owns[i] = own + 1
    }
  }
  expect(owns).toEqual(Array(50).fill(100))
  expect(filled(room)).toBe(50)
})

test('what has left is free again', () => {
  const room = new SharedRoom(100)
  expect(filled(room)).toBe(50)
  for (let i = 0; i < 50; i++) room.leave()
  expect(filled(room, 10)).toBe(10)
})
