import { expect, test } from 'vitest'
import type { CoreName, MirrorOptions } from '@manycore/replicator'
import type { Corestore } from '../../../../src/index.js'
import { connectLiar } from '../../../kit/liar.js'
import { append, blocks, connectAll, filled } from '../../../kit/mirrors.js'
import { PatientClock } from '../../../kit/patient-clock.js'

async function level(...stores: Corestore[]): Promise<void> {
  await Promise.all(stores.map((store) => store.synced()))
}

/** Lets through all cores but some, by their names. */
function without(...names: string[]): (core: { names: readonly CoreName[] }) => boolean {
  return (core) => !names.includes(String(core.names[0]?.name))
}

/** What each of some stores has of `core 0` to `core 2`, as a number of blocks. */
async function lengths(store: Corestore): Promise<number[]> {
  const all = await Promise.all([0, 1, 2].map((i) => blocks(store, `core ${i}`)))
  return all.map(({ length }) => length)
}

test('the filter of a stream holds on this one only', async () => {
  const [a, b, c] = [
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true })
  ]
  for (const i of [0, 1, 2]) await append(a, `core ${i}`, 'second')
  await connectAll([a, b], 'memory', { mirror: { filter: without('core 1') } })
  await connectAll([a, c], 'memory')
  await level(a, b, c)
  expect([await lengths(b), await lengths(c)]).toEqual([
    [2, 1, 2],
    [2, 2, 2]
  ])
  for (const i of [0, 1]) await append(b, `core ${i}`, i === 0 ? 'third' : 'second')
  await level(a, b, c)
  expect([await lengths(a), await lengths(b)]).toEqual([
    [3, 2, 2],
    [3, 2, 2]
  ])
})

test('a core has to pass the filter of the store and that of the stream', async () => {
  const [a, b] = [
    await filled(3, { mirror: { filter: without('core 0') } }),
    await filled(3, { mirror: true })
  ]
  for (const i of [0, 1, 2]) await append(b, `core ${i}`, 'second')
  await connectAll([a, b], 'memory', { mirror: { filter: without('core 1') } })
  await level(a, b)
  expect(await lengths(a)).toEqual([1, 1, 2])
})

test('the filter of a stream is asked again when a core changes', async () => {
  const [a, b, c] = [
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true })
  ]
  await connectAll([a, b], 'memory', { mirror: { filter: ({ length }) => length < 3 } })
  await connectAll([a, c], 'memory')
  await level(a, b, c)
  for (const block of ['second', 'third']) {
    await append(a, 'core 1', block)
    await level(a, b, c)
  }
  expect([await lengths(b), await lengths(c)]).toEqual([
    [1, 2, 1],
    [1, 3, 1]
  ])
})

test('a filter of a stream that throws lets nothing through, and is told', async () => {
  const [a, b] = [await filled(3, { mirror: true }), await filled(3, { mirror: true })]
  const errors: string[] = []
  a.replicator.on('core-error', (err: Error) => errors.push(err.message))
  await append(b, 'core 1', 'second')
  const filter = (): boolean => {
    throw new Error('no idea')
  }
  await connectAll([a, b], 'memory', { mirror: { filter } })
  await level(a, b)
  expect(await lengths(a)).toEqual([1, 1, 1])
  expect(new Set(errors)).toEqual(new Set(['no idea']))
})

test('on a stream that is not live, nothing is told of what changes later', async () => {
  const [a, b, c] = [
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true })
  ]
  await append(a, 'core 0', 'second')
  await connectAll([a, b], 'memory', { mirror: { live: false } })
  await connectAll([a, c], 'memory')
  await level(a, b, c)
  await append(a, 'core 1', 'second')
  await level(a, c)
  expect([await lengths(b), await lengths(c)]).toEqual([
    [2, 1, 1],
    [2, 2, 1]
  ])
})

test('with the peer of a stream, no more cores are brought level at a time than its options say', async () => {
  const store = await filled(30, { mirror: true, clock: new PatientClock() })
  const [liar, honest] = [await filled(20, { mirror: true }), await filled(30, { mirror: true })]
  for (let i = 0; i < 30; i++) await append(i < 20 ? liar : honest, `core ${i}`, 'second')
  let attached = 0
  const first = new Promise<void>((resolve) => {
    store.replicator.on('attach', (_core, stream) => {
      if (stream === suspect) attached++
      resolve()
    })
  })
  connectLiar(liar, store, { mirror: { concurrency: 1 } })
  const suspect = store.replicator.streams.records[0]!.stream
  await first
  await connectAll([store, honest], 'memory')
  await honest.synced()
  expect(attached).toBe(1)
})

test('a store that mirrors over no other stream mirrors over one that has options', async () => {
  const [a, b] = [await filled(3), await filled(3, { mirror: true })]
  for (const i of [0, 1, 2]) await append(b, `core ${i}`, 'second')
  await connectAll([a, b], 'memory', { mirror: { filter: without('core 1'), concurrency: 2 } })
  await level(a, b)
  expect(await lengths(a)).toEqual([2, 1, 2])
})

test.for<[unknown, string, string]>([
  [{ concurrency: 0 }, 'mirror.concurrency', 'an integer ≥ 1'],
  [{ live: 1 }, 'mirror.live', 'a boolean'],
  [{ filter: true }, 'mirror.filter', 'a function'],
  [{ filtr: () => true }, 'mirror.filtr', 'did you mean filter?'],
  [16, 'mirror', 'a boolean, or the options of a mirror']
])('%o is refused', async ([mirror, field, text]) => {
  const store = await filled(1)
  expect(() => store.replicate(true, { mirror: mirror as MirrorOptions })).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', field, message: expect.stringContaining(text) })
  )
  expect(store.replicator.streams.records.length).toBe(0)
})
