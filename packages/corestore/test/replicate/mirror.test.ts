import { expect, test } from 'vitest'
import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import type { Corestore } from '../../src/index.js'
import { append, blocks, connectAll, filled, opened } from '../kit/mirrors.js'
import { openStore } from '../kit/open-store.js'

test.for(['memory', 'TCP'] as const)(
  'of 1,000 cores only the 10 that differ are opened, over %s',
  async (kind) => {
    const stores: [Corestore, Corestore] = [
      await filled(1000, { mirror: true }),
      await filled(1000, { mirror: true })
    ]
    const changed = Array.from({ length: 10 }, (_, i) => `core ${i * 100}`)
    for (const [i, name] of changed.entries()) await append(stores[i % 2]!, name, 'second')
    const done = Promise.all(stores.map((store) => opened(store, 10)))
    const { bytes } = await connectAll(stores, kind)
    const opens = await done
    expect(opens.map((count) => count())).toEqual([10, 10])
    for (const store of stores) {
      for (const name of changed) expect(await blocks(store, name)).toEqual(['first', 'second'])
    }
    expect(bytes()).toBeGreaterThan(1000)
    expect(bytes()).toBeLessThan(20_000)
  }
)

test('what changes later is told, and only that is opened', async () => {
  const [a, b] = [await filled(20, { mirror: true }), await filled(20, { mirror: true })]
  await connectAll([a, b], 'memory')
  await Promise.all([a.synced(), b.synced()])
  const opens: (Uint8Array | null)[] = []
  b.on('core-open', (core) => void opens.push(core.discoveryKey))
  await append(a, 'core 7', 'second')
  await a.synced()
  expect(await blocks(b, 'core 7')).toEqual(['first', 'second'])
  expect(new Set(opens.map((key) => b4a.toString(key!, 'hex'))).size).toBe(1)
})

test('a core that only one of two mirrors holds whole is downloaded from it', async () => {
  const [a, b] = [
    await filled(3, { mirror: true }),
    openStore({ mirror: true, lingerMs: 0 }, new MemoryEngine())
  ]
  await connectAll([a, b], 'memory')
  const core = a.get({ name: 'core 1', active: false })
  await core.ready()
  const copy = b.get({ key: core.key!, active: false })
  await copy.ready()
  await copy.close() // nobody has a session of it now
  await b.synced()
  const again = b.get({ key: core.key!, active: false })
  await again.ready()
  await again.update({ wait: false })
  expect(again.contiguousLength).toBe(1)
})

test('a mirror passes on what it has from one peer to another', async () => {
  const stores = [
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true })
  ] as [Corestore, Corestore, Corestore]
  const [a, b, c] = stores
  await connectAll([a, b], 'memory')
  await connectAll([b, c], 'memory')
  await Promise.all(stores.map((store) => store.synced()))
  await append(a, 'core 1', 'second')
  await a.synced() // b has it
  await b.synced() // and so has c
  expect(await blocks(c, 'core 1')).toEqual(['first', 'second'])
})

test('a core that the filter does not let through is left alone', async () => {
  const [a, b] = [
    await filled(3, { mirror: { filter: ({ names }) => names[0]?.name !== 'core 1' } }),
    await filled(3, { mirror: true })
  ]
  await append(a, 'core 1', 'second')
  await append(a, 'core 2', 'second')
  await connectAll([a, b], 'memory')
  await Promise.all([a.synced(), b.synced()])
  expect(await blocks(b, 'core 1')).toEqual(['first'])
  expect(await blocks(b, 'core 2')).toEqual(['first', 'second'])
})

test('a peer that does not mirror is served as before, and is level at once', async () => {
  const [a, b] = [await filled(3, { mirror: true }), await filled(3)]
  await append(a, 'core 1', 'second')
  await connectAll([a, b], 'memory')
  await a.synced()
  expect(await blocks(b, 'core 1')).toEqual(['first'])
  expect(b4a.toString((await b.get({ name: 'core 1' }).get(1))!)).toBe('second')
})

test('what a mirror downloads is offered to no other peer', async () => {
  const [a, b, c] = [await filled(3, { mirror: true }), await filled(3, { mirror: true }), await filled(3)]
  await append(b, 'core 1', 'second')
  await connectAll([a, c], 'memory')
  const other = a.replicator.streams.records[0]!.stream
  const streams: unknown[] = []
  a.replicator.on('attach', (_core, stream) => void streams.push(stream))
  await connectAll([a, b], 'memory')
  await Promise.all([a.synced(), b.synced()])
  expect(await blocks(a, 'core 1')).toEqual(['first', 'second'])
  expect(streams.length).toBeGreaterThan(0)
  expect(streams).not.toContain(other)
})

test('two mirrors that hold halves of a core hold the whole of it in the end', async () => {
  const [source, a, b] = [
    await filled(1),
    openStore({ lingerMs: 0 }, new MemoryEngine()),
    openStore({ lingerMs: 0 }, new MemoryEngine())
  ]
  const core = source.get({ name: 'core 0', active: false })
  await core.append(['second', 'third', 'fourth'])
  for (const [store, start] of [
    [a, 0],
    [b, 2]
  ] as const) {
    const { close } = await connectAll([source, store], 'memory')
    const copy = store.get({ key: core.key!, notDownloadingLinger: 0 })
    await copy.ready()
    await copy.download({ start, end: start + 2 }).done()
    await copy.close()
    close()
  }
  a.mirror()
  b.mirror()
  await connectAll([a, b], 'memory')
  await Promise.all([a.synced(), b.synced()])
  for (const store of [a, b]) {
    const copy = store.get({ key: core.key!, active: false })
    await copy.ready()
    expect(await copy.has(0, 4)).toBe(true)
  }
})

test('a stream may be left out, or be the only one', async () => {
  const [a, b, c] = [await filled(2), await filled(2, { mirror: true }), await filled(2, { mirror: true })]
  await append(a, 'core 1', 'second')
  await connectAll([a, b], 'memory', { mirror: true })
  await connectAll([a, c], 'memory', { mirror: false })
  await Promise.all([a, b, c].map((store) => store.synced()))
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
  expect(await blocks(c, 'core 1')).toEqual(['first'])
})

test('without a peer, synced() resolves at once', async () => {
  const store = await filled(1, { mirror: true })
  await store.synced()
})
