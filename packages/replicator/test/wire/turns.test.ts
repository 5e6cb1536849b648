import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AT_WORK } from '../../src/defaults.js'
import { INDEBTED_SLICE, REFILL_PER_MS, SLICE, SMALL_DEBT } from '../../src/wire/costs.js'
import { turns } from '../../src/wire/turns.js'
import { scene } from '../kit/inbox-scene.js'

test('an indebted stream waits for others, in smaller slices', async () => {
  const [indebted, other] = [await scene(), await scene()]
  indebted.inbox.work.charge(2 * SMALL_DEBT, null)
  const order: string[] = []
  indebted.work = () => {
    order.push('indebted')
    indebted.inbox.work.spend(INDEBTED_SLICE)
  }
  other.work = () => {
    order.push('other')
    other.inbox.work.spend(SLICE / 4)
  }
  indebted.receive(0, 0, 1, 1, 1, 1, 2)
  expect(order).toEqual([])
  other.receive(0, 0, 1, 1, 1, 1, 2)
  expect(order).toEqual(['other', 'other'])
  while (!indebted.inbox.isEmpty) await turn()
  expect(order).toEqual(['other', 'other', 'indebted', 'indebted'])
})

test('what a stream was given while nobody waited is not held against it', async () => {
  const [busy, ...others] = await Promise.all([scene(), scene(), scene(), scene(), scene()])
  busy.work = () => busy.inbox.work.spend(SLICE / 4)
  for (let i = 0; i < 200; i++) {
    busy.receive(1, 1)
    await turn()
  }
  for (const other of others) {
    other.work = () => other.inbox.work.spend(SLICE)
    other.receive(0, 0, 1, ...Array.from({ length: 30 }, () => [1, 7]).flat())
  }
  busy.work = () => busy.inbox.work.spend(SLICE)
  busy.seen.length = 0
  busy.receive(0, 0, 1, 1, 1, 1, 2)
  while (busy.seen.length < 2) await turn()
  for (const { seen } of others) expect(seen.length).toBeLessThan(10) // their turns, not all of their own
  while (others.some(({ inbox }) => !inbox.isEmpty)) await turn()
})

test('of many streams at once each is indebted sooner, and the allowance of all comes back as if they were one', async () => {
  const many = await Promise.all(Array.from({ length: 10 }, scene))
  const debt = SMALL_DEBT / 4
  for (const { inbox, receive } of many) {
    inbox.atWork = AT_WORK // so that it waits
    inbox.work.charge(debt, null)
    receive(1, 1)
  }
  expect(many.map(({ inbox }) => turns.isIndebted(inbox))).toEqual(many.map(() => false))
  for (const { inbox } of many) {
    inbox.atWork = 1
    inbox.undecrypted = { isWaiting: true, isSlow: false, step: () => false, settled() {} }
    inbox.wake()
  }
  expect(many.map(({ inbox }) => turns.isIndebted(inbox))).toEqual(many.map(() => true))
  const before = many[0]!.inbox.work.debt
  for (const { clock } of many) clock.ms++
  expect(before - many[0]!.inbox.work.debt).toBeCloseTo(REFILL_PER_MS / many.length, 5)
  for (const { inbox } of many)
    inbox.undecrypted = { isWaiting: false, isSlow: false, step: () => false, settled() {} }
})

test('whoever waits has its turn, whatever others have been credited and keep sending', async () => {
  const [one, other, third] = [await scene(), await scene(), await scene()]
  const busy = [one, other]
  for (const each of busy) each.work = () => each.inbox.work.spend(SLICE)
  for (const { inbox, receive } of busy) {
    inbox.work.credit(1e6)
    receive(0, 0, 1, ...Array.from({ length: 100 }, () => [1, 7]).flat())
  }
  third.work = () => third.inbox.work.spend(SLICE)
  third.receive(0, 0, 1, 1, 1, 1, 2, 1, 3)
  for (let i = 0; third.seen.length < 3; i++) {
    await turn()
    expect(i).toBeLessThan(20)
  }
  expect(busy.map(({ seen }) => seen.length < 15)).toEqual([true, true])
  for (const { inbox } of busy) while (!inbox.isEmpty) await turn()
})

test('a stream that says nothing more is indebted until what it owes has come back, and shares nothing then', async () => {
  const [idle, other] = [await scene(), await scene()]
  idle.inbox.work.charge(2 * SMALL_DEBT, null)
  expect([turns.isIndebted(idle.inbox), turns.refillOf(idle.inbox)]).toEqual([true, REFILL_PER_MS])
  other.inbox.work.charge(2 * SMALL_DEBT, null)
  expect([turns.isIndebted(other.inbox), turns.refillOf(other.inbox)]).toEqual([true, REFILL_PER_MS / 2])
  idle.clock.ms += 60_000
  while (turns.refillOf(other.inbox) < REFILL_PER_MS) {
    other.receive(1, 1)
    await turn()
  }
  expect(idle.inbox.work.debt).toBe(0)
  while (!other.inbox.isEmpty) await turn()
})
