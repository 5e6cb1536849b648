import NoiseSecretStream from '@hyperswarm/secret-stream'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { KEPT_CORE_BYTES, KEPT_ONCE } from '../../../../../replicator/src/mirror/defaults.js'
import { KeptIndexes } from '../../../../../replicator/src/mirror/indexes/kept-indexes.js'
import type { Corestore } from '../../../../src/index.js'
import { CoreStates } from '../../../../src/stored/core-states.js'
import { entriesIn } from '../../../kit/kept-index.js'
import { append, blocks, filled } from '../../../kit/mirrors.js'
import { level } from '../../../kit/known-peers.js'

const CORES = 50

const scans = vi.spyOn(CoreStates.prototype, 'scan')
const resized = vi.spyOn(KeptIndexes.prototype, 'resized')
beforeEach(() => void (scans.mockClear(), resized.mockClear()))

/** Connects two stores until they are level, and disconnects them until each has put away its index. @param peer  whose static keys the second one has */
async function visit(stores: readonly [Corestore, Corestore], peer: string): Promise<void> {
  const before = resized.mock.calls.length
  const keyPairs = ['host', peer].map((name) => crypto.keyPair(b4a.alloc(32, name)))
  const ends = keyPairs.map((keyPair, i) => new NoiseSecretStream(i === 0, null, { keyPair } as never))
  const [near, far] = ends.map(({ rawStream }) => rawStream as unknown as NodeJS.ReadWriteStream)
  near!.pipe(far!).pipe(near!)
  const closed = ends.map((end) => new Promise((resolve) => end.once('close', resolve as never)))
  for (const [i, end] of ends.entries()) {
    end.on('error', () => {})
    stores[i]!.replicate(end as never)
  }
  await level(stores)
  for (const end of ends) end.destroy()
  await Promise.all(closed)
  // Each index is measured once it is filled, and again once it is put away.
  while (resized.mock.calls.length < before + 4) await new Promise((resolve) => setImmediate(resolve))
  await Promise.all(resized.mock.results.map(({ value }) => value as Promise<void>))
}

/** How much a store keeps of its peers: how many indexes, and bytes of keys and values. */
async function kept(store: Corestore): Promise<{ indexes: number; bytes: number }> {
  const changes = (await new CoreStates(store.storage, async () => {}).changes())!
  const [start, end] = [1, 2].map((kind) => b4a.concat([changes.prefix, b4a.from([kind])]))
  const entries = await entriesIn(changes, { gte: start!, lt: end! })
  const names = new Set(
    entries.map(({ key }) => b4a.toString(key.subarray(start!.byteLength, start!.byteLength + 8), 'hex'))
  )
  const bytes = entries.reduce((sum, { key, value }) => sum + key.byteLength + value.byteLength, 0)
  return { indexes: names.size, bytes }
}

test('peers with new keys each time fill no disk, and drive out none that comes again', async () => {
  const stores = [await filled(CORES, { mirror: true }), await filled(CORES, { mirror: true })] as const
  for (let i = 0; i < 2; i++) await visit(stores, 'friend')
  const sizes: number[] = []
  for (let i = 0; i < 3 * KEPT_ONCE; i++) {
    await visit(stores, `stranger ${i}`)
    const { indexes, bytes } = await kept(stores[0])
    expect(indexes).toBeLessThanOrEqual(KEPT_ONCE + 1)
    sizes.push(bytes)
  }
  expect(sizes.at(-1)!).toBeLessThan(1.2 * sizes[KEPT_ONCE]!)
  scans.mockClear()
  await append(stores[0], 'core 1', 'second')
  await visit(stores, 'friend')
  expect(await blocks(stores[1], 'core 1')).toEqual(['first', 'second'])
  expect(scans).not.toHaveBeenCalled()
})

test('an index takes as many bytes per core as its bound counts with', async () => {
  const stores = [await filled(1000, { mirror: true }), await filled(1000, { mirror: true })] as const
  await visit(stores, 'friend')
  const { bytes } = await kept(stores[0])
  expect(bytes / 1000).toBeLessThan(KEPT_CORE_BYTES)
  expect(bytes / 1000).toBeGreaterThan(0.8 * KEPT_CORE_BYTES)
})
