import { randomNumbers } from '@manycore/kv/faults'
import { expect, test } from 'vitest'
import { Reconciler } from '../../src/index.js'
import { END, checkOf, decodeFrame, encodeFrame } from '../kit/from-spec.js'
import { SpecPeer } from '../kit/spec-peer.js'
import { bytes, expected, hex, indexOf, numbered, randomBytes, randomIds, shown } from '../kit/sets.js'
import type { Model } from '../kit/sets.js'

const SETTINGS = { idBytes: 10, versionBytes: 3, secret: '21'.repeat(32) }

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`another implementation, with other choices, and ours find the same, whoever begins: seed ${seed}`, async () => {
    const random = randomNumbers(seed)
    const common = randomIds(random, random(600), 10).map((id) => [id, hex(randomBytes(random, 3))] as const)
    const [ours, theirs]: [Model, Model] = [new Map(common), new Map(common)]
    for (let i = random(150); i > 0; i--) {
      const set = random(2) === 0 ? ours : theirs
      const old = [...set.keys()][random(set.size)]
      if (old === undefined || random(3) === 0)
        set.set(hex(randomBytes(random, 10)), hex(randomBytes(random, 3)))
      else if (random(2) === 0) set.set(old, hex(randomBytes(random, 3)))
      else set.delete(old)
    }
    const index = await indexOf(ours, { ...SETTINGS, secret: bytes(SETTINGS.secret) })
    for (const weBegin of [true, false]) {
      const us = new Reconciler(index, { frameBytes: 4096 })
      const them = new SpecPeer(
        SETTINGS,
        [...theirs].map((item) => item.join('')),
        1 + random(20)
      )
      const found: string[] = []
      let frame: string | null = weBegin ? hex(await us.initiate()) : them.initiate()
      for (let turn = weBegin; frame !== null; turn = !turn) {
        if (turn) {
          frame = them.receive(frame)
          continue
        }
        const received = await us.receive(bytes(frame))
        found.push(...shown(received.differences))
        frame = received.reply && hex(received.reply)
      }
      expect(found.toSorted()).toEqual(expected(ours, theirs))
      expect(them.found.toSorted()).toEqual(expected(theirs, ours))
      expect([us.position, them.isDone]).toEqual([null, true])
    }
  })
}

test('a side that has said there is more, and then has nothing to say, says so: the other one waits for it', async () => {
  const settings = { idBytes: 16, versionBytes: 8, secret: null }
  const set = numbered(0, 300)
  const index = await indexOf(set)
  const us = new Reconciler(index, { frameBytes: 4096 })
  const whole = { mode: 'items', from: '00'.repeat(16), to: END, items: [] } as const
  const hello = { idBytes: 16, versionBytes: 8, check: checkOf(settings) }
  const first = await us.receive(bytes(encodeFrame({ more: false, hello, ranges: [whole] })))
  expect(decodeFrame(hex(first.reply!), settings).more).toBe(true)
  expect([first.isDone, first.differences.length]).toEqual([false, 168])

  const told = new Set(shown(first.differences).map((line) => line.slice(0, 32)))
  for (const id of set.keys()) if (!told.has(id)) await index.remove(bytes(id))
  const last = await us.receive(bytes('0100'))
  expect([hex(last.reply!), last.differences, last.isDone]).toEqual(['0100', [], true])
})
