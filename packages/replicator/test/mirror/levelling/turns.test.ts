import { expect, test } from 'vitest'
import { Catalog } from '../../../src/mirror/cores/catalog.js'
import { Turns } from '../../../src/mirror/levelling/turns.js'
import type { MirrorLink } from '../../../src/mirror/link.js'
import { storedCopy } from '../../kit/stored-copy.js'

/** A peer that has more of all cores, but for those that it has given. */
function peer(): MirrorLink & { given: Set<number> } {
  const given = new Set<number>()
  return { given, narrowing: {}, lacks: (slot: number) => !given.has(slot) } as never
}

function setUp(cores: number, most = 16): { catalog: Catalog; turns: Turns; slots: number[] } {
  const catalog = new Catalog()
  const slots = Array.from({ length: cores }, (_, n) => catalog.take(storedCopy(n, 1, 0)))
  return { catalog, turns: new Turns(catalog, most), slots }
}

/** @returns whose turn it was, as long as there was one */
function takeAll(turns: Turns): MirrorLink[] {
  const owners: MirrorLink[] = []
  for (let turn = turns.take(); turn !== null; turn = turns.take()) owners.push(turn.owner)
  return owners
}

test('peers come in turn, each with a quarter of the places at first', () => {
  const { turns, slots } = setUp(40)
  const [a, b] = [peer(), peer()]
  for (const slot of slots.slice(0, 30)) turns.add(slot, a)
  for (const slot of slots.slice(30)) turns.add(slot, b)
  expect(takeAll(turns)).toEqual([a, b, a, b, a, b, a, b])
})

test('a peer that brings has twice as many places each time, up to all', () => {
  const { turns, slots } = setUp(40)
  const a = peer()
  for (const slot of slots) turns.add(slot, a)
  expect(takeAll(turns).length).toBe(4)
  turns.brought(a)
  expect(takeAll(turns).length).toBe(4)
  for (let i = 0; i < 10; i++) turns.brought(a)
  expect(takeAll(turns).length).toBe(8)
})

test('a peer that does not bring has half as many each time, then none, and one when it is readmitted', () => {
  const { turns, slots } = setUp(40)
  const a = peer()
  for (const slot of slots) turns.add(slot, a)
  expect([turns.failed(a), turns.failed(a), turns.isWaiting(a)]).toEqual([false, false, true])
  expect(takeAll(turns).length).toBe(1)
  expect([turns.failed(a), turns.failed(a), turns.isWaiting(a)]).toEqual([true, false, false])
  turns.exit(a)
  expect(takeAll(turns)).toEqual([])
  turns.readmit(a)
  expect(takeAll(turns)).toEqual([a])
})

test('with one place for all, each peer has it in turn', () => {
  const { turns, slots } = setUp(6, 1)
  const [a, b] = [peer(), peer()]
  for (const slot of slots.slice(0, 3)) turns.add(slot, a)
  for (const slot of slots.slice(3)) turns.add(slot, b)
  const owners: MirrorLink[] = []
  for (let i = 0; i < 6; i++) {
    const { owner } = turns.take()!
    owners.push(owner)
    turns.exit(owner)
  }
  expect(owners).toEqual([a, b, a, b, a, b])
})

test('a core comes up once for all peers that have more of it, in the place of one of them', () => {
  const { turns, slots } = setUp(1)
  const [a, b] = [peer(), peer()]
  turns.add(slots[0]!, a)
  turns.add(slots[0]!, b)
  expect(turns.take()).toEqual({ slot: slots[0], links: new Set([a, b]), owner: a })
  expect(turns.take()).toBe(null)
  for (let i = 0; i < 4; i++) expect(turns.enter(b)).toBe(true)
  expect(turns.enter(b)).toBe(false)
})

test('what a peer has no more of, or one that has left, does not come up, and the catalog lets go of it', () => {
  const { catalog, turns, slots } = setUp(3)
  const [a, b] = [peer(), peer()]
  for (const slot of slots) turns.add(slot, a)
  turns.add(slots[2]!, b)
  for (const slot of slots) catalog.release(slot)
  a.given.add(slots[0]!)
  expect(turns.take()!.slot).toBe(slots[1])
  turns.leave(a)
  expect(turns.take()).toMatchObject({ slot: slots[2], owner: b })
  expect(catalog.size).toBe(2) // what was taken is the taker's to release
})

test('what could not be had before comes up after all that is new, unless it changes', () => {
  const { catalog, turns, slots } = setUp(4)
  const a = peer()
  for (const slot of slots.slice(0, 2)) turns.add(slot, a, true)
  for (const slot of slots.slice(2)) turns.add(slot, a)
  turns.add(slots[2]!, a, true)
  turns.add(slots[1]!, a)
  expect(Array.from(slots, () => turns.take()!.slot)).toEqual([slots[2], slots[3], slots[1], slots[0]])
  turns.add(slots[0]!, a, true)
  for (const slot of slots) catalog.release(slot) // as who made them, and as who took them
  for (const slot of slots) catalog.release(slot)
  expect(catalog.size).toBe(1)
  turns.leave(a)
  expect(catalog.size).toBe(0)
})
