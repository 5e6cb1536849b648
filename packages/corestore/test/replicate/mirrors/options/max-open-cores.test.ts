import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import type { Hypercore } from '@manycore/hypercore-types'
import type { MirrorOptions } from '@manycore/replicator'
import { expect, onTestFinished, test } from 'vitest'
import type { Corestore } from '../../../../src/index.js'
import { connectOverTcp } from '../../../kit/connect-over-tcp.js'
import { append, blocks, connectAll, filled, mostOpen } from '../../../kit/mirrors.js'
import { openStore } from '../../../kit/open-store.js'
import { PatientClock } from '../../../kit/patient-clock.js'
import { Stock7, type Store } from '../../../kit/store.js'
import { temporaryDirectory } from '../../../kit/temporary-directory.js'

async function level(...stores: Corestore[]): Promise<void> {
  await Promise.all(stores.map((store) => store.synced()))
}

async function grow(store: Corestore, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 50) {
    const names = Array.from({ length: Math.min(50, to - i) }, (_, n) => `core ${i + n}`)
    await Promise.all(names.map((name) => append(store, name, 'second')))
  }
}

/** The keys of some cores of a store, in order. */
async function keysOf(store: Corestore, count: number): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const core = store.get({ name: `core ${i}`, active: false }) as Hypercore
    await core.ready()
    keys.push(core.key!)
    await core.close()
  }
  return keys
}

/** A mirror with cores of which it has nothing. */
async function empty(keys: readonly Uint8Array[]): Promise<Corestore> {
  const store = openStore({ mirror: true, lingerMs: 0 }, new MemoryEngine())
  for (const key of keys) {
    const core = store.get({ key, active: false })
    await core.ready()
    await core.close()
  }
  return store
}

test('a mirror that brings 1,000 cores level has no more open than it may, although they linger', async () => {
  const store = await filled(1000, { mirror: { maxOpenCores: 8 }, lingerMs: 300 })
  const other = await filled(1000, { mirror: true })
  await grow(other, 0, 1000)
  const most = mostOpen(store)
  await connectAll([store, other], 'memory')
  await level(store, other)
  expect(most()).toBeGreaterThan(1)
  expect(most()).toBeLessThanOrEqual(8)
  for (const i of [0, 500, 999]) expect(await blocks(store, `core ${i}`)).toEqual(['first', 'second'])
})

test('a mirror that serves 100 peers has no more cores open than it may', async () => {
  const store = await filled(300, { mirror: { maxOpenCores: 8 } })
  const keys = await keysOf(store, 300)
  const peers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => empty([0, 1, 2].map((n) => keys[i * 3 + n]!)))
  )
  const most = mostOpen(store)
  for (const peer of peers) await connectAll([store, peer], 'memory')
  await level(store, ...peers)
  expect(most()).toBeGreaterThan(1)
  expect(most()).toBeLessThanOrEqual(8)
  for (const [i, peer] of peers.entries()) {
    const core = peer.get({ key: keys[i * 3]!, active: false })
    await core.ready()
    expect(await core.has(0)).toBe(true)
  }
})

test('two mirrors with two places each bring each other level, and nobody loses patience', async () => {
  const opts = { mirror: { maxOpenCores: 2 } }
  const [a, b] = [
    await filled(60, { ...opts, clock: new PatientClock() }),
    await filled(60, { ...opts, clock: new PatientClock() })
  ]
  await grow(a, 0, 30)
  await grow(b, 30, 60)
  const most = [mostOpen(a), mostOpen(b)]
  await connectAll([a, b], 'memory')
  await level(a, b)
  expect(most.map((count) => count())).toEqual([2, 2])
  expect(await blocks(a, 'core 59')).toEqual(['first', 'second'])
  expect(await blocks(b, 'core 0')).toEqual(['first', 'second'])
})

test('a peer with sessions of more cores than may be open gets what each of them has', async () => {
  const stock = new Stock7(temporaryDirectory())
  onTestFinished(() => stock.close())
  const store = await filled(12, { mirror: { maxOpenCores: 4 } })
  const keys = await keysOf(store, 12)
  const codes = new Set<string>()
  store.replicator.on('limited', ({ code }) => void codes.add(code))
  const most = mostOpen(store)
  onTestFinished(await connectOverTcp(stock, store as unknown as Store))
  const got = await Promise.all(keys.map((key) => stock.get({ key }).get(0)))
  expect(got.map((block) => b4a.toString(block!))).toEqual(keys.map(() => 'first'))
  expect(most()).toBeLessThanOrEqual(4)
  expect([...codes]).toEqual(['TOO_MANY_CORES'])
})

test('what a session has open is opened and served beside the places of the mirror', async () => {
  const store = await filled(12, { mirror: { maxOpenCores: 2 } })
  const peer = await empty(await keysOf(store, 12))
  const cores = Array.from({ length: 12 }, (_, i) => store.get({ name: `core ${i}` }))
  await Promise.all(cores.map((core) => core.ready()))
  await connectAll([store, peer], 'memory')
  await level(store, peer)
  for (const { key } of cores) {
    const core = peer.get({ key: key!, active: false })
    await core.ready()
    expect(await core.has(0)).toBe(true)
  }
})

test('a stream may have fewer places than there are', async () => {
  const store = await filled(40, { mirror: true, lingerMs: 300 })
  const other = await filled(40, { mirror: true })
  await grow(other, 0, 40)
  const most = mostOpen(store)
  await connectAll([store, other], 'memory', { mirror: { maxOpenCores: 3 } })
  await level(store, other)
  expect(most()).toBeLessThanOrEqual(3)
  expect(await blocks(store, 'core 39')).toEqual(['first', 'second'])
})

test.for([[0], [1], [2.5], ['8'], [-Infinity]])('%o is not how many may be open', async ([maxOpenCores]) => {
  const mirror = { maxOpenCores } as MirrorOptions
  const refused = expect.objectContaining({ code: 'BAD_ARGUMENT', field: 'mirror.maxOpenCores' })
  const store = await filled(0)
  expect(() => store.mirror(mirror)).toThrow(refused)
  expect(() => store.replicate(true, { mirror })).toThrow(refused)
  expect(() => openStore({ mirror }, new MemoryEngine())).toThrow(refused)
})
