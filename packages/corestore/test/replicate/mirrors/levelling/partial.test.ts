import { uploadOnly } from '@manycore/replicator'
import { expect, test } from 'vitest'
import type { Corestore } from '../../../../src/index.js'
import { muteLiar } from '../../../kit/liar.js'
import { append, blocks, connectAll, filled } from '../../../kit/mirrors.js'
import { PatientClock } from '../../../kit/patient-clock.js'

/** Appends to some cores, and clears their first blocks. */
async function partial(store: Corestore, cores: number, cleared: number): Promise<void> {
  for (let i = 0; i < cores; i++) {
    for (const block of ['second', 'third']) await append(store, `core ${i}`, block)
    const core = store.get({ name: `core ${i}`, active: false })
    await core.ready()
    await core.clear(0, cleared)
    await core.close()
  }
}

/** Resolves once a block of a core has come. */
async function come(store: Corestore, name: string, index: number): Promise<void> {
  const core = store.get({ name, active: false })
  await core.ready()
  if (!(await core.has(index))) {
    await new Promise<void>((resolve) => {
      core.on('download', (at: number) => void (at === index && resolve()))
    })
  }
  await core.close()
}

/** Resolves once so many cores were opened and closed again. */
function closed(store: Corestore, count: number): Promise<void> {
  return new Promise((resolve) => {
    store.on('core-close', () => void (--count === 0 && resolve()))
  })
}

/** Resolves once so many cores were attached. */
function attached(store: Corestore, count: number): Promise<void> {
  return new Promise((resolve) => {
    store.replicator.on('attach', () => void (--count === 0 && resolve()))
  })
}

test('a peer that has told all it has of partial copies gives its places free, and is heard when it has more', async () => {
  const clock = new PatientClock()
  const store = await filled(7, { mirror: { concurrency: 12 }, clock })
  const publisher = await filled(7, { mirror: true, policy: uploadOnly() })
  await partial(store, 6, 1)
  await partial(publisher, 6, 2)
  const codes: string[] = []
  store.replicator.on('limited', ({ code }) => void codes.push(code))
  const done = closed(store, 6)
  await connectAll([store, publisher], 'memory')
  await done // twice the three places that it has, and no time has passed for the patient
  clock.pass(30_001)
  await append(publisher, 'core 6', 'second')
  await come(store, 'core 6', 1)
  expect(await blocks(store, 'core 6')).toEqual(['first', 'second'])
  expect(codes).toEqual([])
})

test.each([
  ['nothing of them', null],
  ['that it has of them what is here, which is less than its news said', 1]
])('a peer that opens cores and says %s is given up', async (_, length) => {
  const clock = new PatientClock()
  const store = await filled(12, { mirror: true, clock })
  const liar = await filled(12, { mirror: true })
  for (let i = 0; i < 12; i++) await append(liar, `core ${i}`, 'second')
  const codes: string[] = []
  store.replicator.on('limited', ({ code }) => void codes.push(code))
  const busy = attached(store, 8)
  const heard = muteLiar(liar, store, length, 8)
  await busy
  if (length !== null) await heard
  clock.pass(15_000)
  expect(codes).toEqual(['UNDELIVERED'])
})
