import b4a from 'b4a'
import Hypercore from 'hypercore'
import { MemoryEngine } from '@manycore/kv'
import { beforeEach, expect, test, vi } from 'vitest'
import { Corestore } from '../../../../src/index.js'
import type { CorestoreOptions } from '../../../../src/index.js'
import { CoreStates } from '../../../../src/stored/core-states.js'
import { append, blocks, filled } from '../../../kit/mirrors.js'
import { checkKept, dropKept, idsKept } from '../../../kit/kept-index.js'
import { level, meet } from '../../../kit/known-peers.js'
import { temporaryDirectory } from '../../../kit/temporary-directory.js'

const OPTIONS = { primaryKey: b4a.alloc(32, 1), unsafe: true, lingerMs: 0, mirror: true } as const

/** Since 11.39, as `count()`; before, purge() throws. The matrix also runs on the oldest Hypercore that is supported. */
const CAN_PURGE = 'count' in Hypercore.prototype

const scans = vi.spyOn(CoreStates.prototype, 'scan')
const reads = vi.spyOn(CoreStates.prototype, 'read')
beforeEach(() => void (scans.mockClear(), reads.mockClear()))

function coresRead(): number {
  return reads.mock.calls.reduce((sum, [keys]) => sum + keys.length, 0)
}

/** A store with 100 cores in a directory, closed. @returns a function that opens it */
async function stored(): Promise<(opts?: CorestoreOptions) => Corestore> {
  const directory = temporaryDirectory()
  const open = (opts = {}): Corestore => new Corestore(directory, { ...OPTIONS, ...opts })
  const store = open({ mirror: false })
  for (let i = 0; i < 100; i++) await append(store, `core ${i}`, 'first')
  await store.close()
  return open
}

test('a peer that comes again costs the reading of what has changed, even after both were closed', async () => {
  const opens = [await stored(), await stored()] as const
  for (const [i, changed] of [3, 2, 0].entries()) {
    const stores = [opens[0](), opens[1]()] as const
    for (let n = 0; n < changed; n++) await append(stores[n % 2]!, `core ${n}`, `of ${i}`)
    scans.mockClear()
    reads.mockClear()
    const leave = meet(stores)
    await level(stores)
    expect(scans).toHaveBeenCalledTimes(i === 0 ? 2 : 0)
    if (i > 0) expect(coresRead()).toBeLessThanOrEqual(12 * changed + 6)
    for (let n = 0; n < changed; n++) {
      expect(await blocks(stores[0], `core ${n}`)).toEqual(await blocks(stores[1], `core ${n}`))
    }
    await leave()
    await Promise.all(stores.map((store) => store.close()))
  }
})

test('while streams to one peer overlap, they share an index', async () => {
  const stores = [await filled(20, { mirror: true }), await filled(20, { mirror: true })] as const
  const leave = [meet(stores), meet(stores)]
  await append(stores[0], 'core 1', 'second')
  await level(stores)
  expect(scans).toHaveBeenCalledTimes(2)
  await leave[0]!()
  await append(stores[1], 'core 2', 'second')
  await level(stores)
  expect(await blocks(stores[1], 'core 1')).toEqual(['first', 'second'])
  expect(await blocks(stores[0], 'core 2')).toEqual(['first', 'second'])
  expect(scans).toHaveBeenCalledTimes(2)
})

test('a policy that came after an index was kept keeps cores out of what the peer sees', async () => {
  const opens = [await stored(), await stored()] as const
  const before = [opens[0](), opens[1]()] as const
  await (meet(before), level(before))
  await Promise.all(before.map((store) => store.close()))
  const policy = { access: ({ name }: { name: string | null }) => name !== 'core 1' }
  const after = [opens[0]({ policy }), opens[1]()] as const
  await append(after[0], 'core 1', 'second')
  await append(after[0], 'core 2', 'second')
  await (meet(after), level(after))
  expect(await blocks(after[1], 'core 1')).toEqual(['first'])
  expect(await blocks(after[1], 'core 2')).toEqual(['first', 'second'])
  await Promise.all(after.map((store) => store.close()))
})

test('a store in memory keeps its indexes as long as it is open', async () => {
  const stores = [await filled(20, { mirror: true }), new Corestore(new MemoryEngine(), OPTIONS)] as const
  for (let i = 0; i < 2; i++) {
    const leave = meet(stores)
    await level(stores)
    await leave()
  }
  expect(scans).toHaveBeenCalledTimes(2)
  await stores[1].close()
})

test.runIf(CAN_PURGE).each(['connected', 'alone', 'without an index'])(
  'a core that is purged leaves the index and the ids beside it (purged while %s)',
  async (when) => {
    const engine = new MemoryEngine({ reusable: true })
    const peer = await filled(10, { mirror: true })
    const open = (): Corestore => new Corestore(engine, OPTIONS)
    let store = open()
    for (let i = 0; i < 10; i++) await append(store, `core ${i}`, 'first')
    const leave = meet([store, peer])
    await level([store, peer])
    if (when !== 'connected') {
      await leave()
      await store.close()
      store = open()
    }
    const core = store.get({ name: 'core 3' }) as unknown as Hypercore & { purge(): Promise<void> }
    await core.ready()
    await core.purge()
    if (when !== 'connected') {
      if (when === 'without an index') await dropKept(store.storage)
      scans.mockClear()
      await (meet([store, peer]), level([store, peer]))
      expect(scans).toHaveBeenCalledTimes(when === 'alone' ? 0 : 1)
    }
    await store.close()
    expect(await checkKept(engine)).toBe(1)
    expect(await idsKept(engine)).toBe(9)
  }
)
