import { expect, test } from 'vitest'
import { noteWant, REGION, takeAnswer } from '../../../src/wire/claims/wants.js'
import type { CoreChannel } from '../../../src/wire/hypercore-peer.js'

test('each want lets one answer come for each region that it touches', () => {
  const channel = {} as CoreChannel
  expect(takeAnswer(channel, 0)).toBe(false)
  noteWant(channel, { start: REGION - 1, length: 2, any: false })
  noteWant(channel, { start: REGION, length: REGION, any: false })
  const taken = [0, 0, 1, 1, 1, 2].map((region) => takeAnswer(channel, region))
  expect(taken).toEqual([true, false, true, true, false, false])
})
