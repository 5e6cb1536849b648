import { randomNumbers } from '@manycore/kv/faults'
import { expect, test } from 'vitest'
import { Reconciler } from '../../src/index.js'
import { END, checkOf, decodeFrame, decodeVersions, encodeFrame } from '../kit/from-spec.js'
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

test('two sides without a common version tell each other, and both are at an end', async () => {
  const settings = { idBytes: 16, versionBytes: 8, secret: null }
  const index = await indexOf(numbered(0, 300))
  // A newer side begins: it is told what we speak.
  const us = new Reconciler(index)
  await expect(us.receive(bytes('0203'))).rejects.toMatchObject({ code: 'FRAME_VERSION' })
  expect(decodeVersions(hex(us.farewell!))).toEqual({ oldest: 1, newest: 1 })
  us.farewell!.fill(9)
  expect(hex(us.farewell!)).toBe('000101')
  await expect(us.receive(await new Reconciler(index).initiate())).rejects.toMatchObject({
    code: 'EXCHANGE_STATE'
  })
  // Such a side, when it hears that, has nothing to say.
  expect(new SpecPeer(settings, [], 1).receive(hex(us.farewell!))).toBe(null)
  // We begin: the newer side says what it speaks, and may say more that we do not know.
  for (const reply of ['000205', '0002059999']) {
    const here = new Reconciler(index)
    await here.initiate()
    const error = { code: 'FRAME_VERSION', message: expect.stringContaining('versions 2 to 5') }
    await expect(here.receive(bytes(reply))).rejects.toMatchObject(error)
    expect([here.farewell, here.theirVersions]).toEqual([null, { oldest: 2, newest: 5 }])
  }
  // The other implementation of version 1 says the same.
  expect(new SpecPeer(settings, [], 1).receive('0203')).toBe('000101')
})
