import { expect, test } from 'vitest'
import type { Corestore } from '../../../../src/index.js'
import { connectLiar } from '../../../kit/liar.js'
import { append, blocks, connectAll, filled } from '../../../kit/mirrors.js'
import { PatientClock } from '../../../kit/patient-clock.js'

/** Resolves once so many cores were attached. */
function attached(store: Corestore, count: number): Promise<void> {
  return new Promise((resolve) => {
    store.replicator.on('attach', () => void (--count === 0 && resolve()))
  })
}

function limits(store: Corestore): string[] {
  const codes: string[] = []
  store.replicator.on('limited', ({ code }) => void codes.push(code))
  return codes
}

async function grow(store: Corestore, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await append(store, `core ${i}`, 'second')
}

test('a peer that claims 100 cores and brings none does not keep an honest one waiting', async () => {
  const clock = new PatientClock()
  const store = await filled(110, { mirror: true, clock })
  const [liar, honest] = [await filled(110, { mirror: true }), await filled(110, { mirror: true })]
  await grow(liar, 0, 100)
  await grow(honest, 100, 110)
  const codes = limits(store)
  const busy = attached(store, 4)
  connectLiar(liar, store)
  await busy // with what it has from the liar
  await connectAll([store, honest], 'memory')
  await honest.synced()
  for (let i = 100; i < 110; i++) expect(await blocks(store, `core ${i}`)).toEqual(['first', 'second'])
  expect(codes).toEqual([])
})

test('a peer that claims more of the cores that an honest one brings does not hold them up', async () => {
  const clock = new PatientClock()
  const store = await filled(60, { mirror: true, clock, limits: { answerMs: 100 } })
  const [liar, honest] = [await filled(60, { mirror: true }), await filled(60, { mirror: true })]
  await grow(honest, 0, 60)
  await grow(liar, 0, 60)
  for (let i = 0; i < 60; i++) await append(liar, `core ${i}`, 'third')
  const busy = attached(store, 4)
  connectLiar(liar, store)
  await busy
  await connectAll([store, honest], 'memory')
  await honest.synced()
  for (let i = 0; i < 60; i++) expect(await blocks(store, `core ${i}`)).toEqual(['first', 'second'])
})

test('a peer that brings what it has gets more places, up to all', async () => {
  const store = await filled(40, { mirror: true, clock: new PatientClock() })
  const peer = await filled(40, { mirror: true })
  await grow(peer, 0, 40)
  const busy = attached(store, 12 + 16)
  connectLiar(peer, store, {}, 12)
  await busy
})

test('a peer that brings nothing is given up, tried again with one core at a time, and brings all in the end', async () => {
  const clock = new PatientClock()
  const store = await filled(40, { mirror: true, clock })
  const liar = await filled(40, { mirror: true })
  await grow(liar, 0, 40)
  const codes = limits(store)
  let busy = attached(store, 4)
  const repent = connectLiar(liar, store)
  await busy
  clock.pass(15_000)
  expect(codes).toEqual(['UNDELIVERED'])
  for (const [wait, times] of [
    [30_000, 2],
    [60_000, 3]
  ] as const) {
    busy = attached(store, 1)
    clock.pass(wait)
    await busy
    clock.pass(15_000)
    expect(codes).toEqual(Array.from({ length: times }, () => 'UNDELIVERED'))
  }
  await repent()
  clock.pass(120_000)
  await store.synced()
  for (let i = 0; i < 40; i++) expect(await blocks(store, `core ${i}`)).toEqual(['first', 'second'])
})
