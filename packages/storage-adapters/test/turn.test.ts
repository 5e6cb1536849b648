import b4a from 'b4a'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { openStorage } from '../src/index.js'

/** How many keys each getMany() asked for, and how many ops each batch() had. */
class CountingEngine extends MemoryEngine {
  readonly gets: number[] = []
  readonly batches: number[] = []

  override getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    this.gets.push(keys.length)
    return super.getMany(keys)
  }

  override batch(ops: readonly Op[]): Promise<void> {
    this.batches.push(ops.length)
    return super.batch(ops)
  }
}

test('all gets of one turn are one getMany, all writes one batch, across cores', async () => {
  const engine = new CountingEngine()
  const storage = openStorage(engine)
  const inner = Array.from({ length: 20 }, () => Hypercore.createCore(storage, { keyPair: null }))
  await Promise.all(inner.map((core) => core.ready()))
  const keys = inner.map((core) => core.discoveryKey)

  engine.gets.length = 0
  const auths = await Promise.all(keys.map((key) => storage.getAuth(key)))
  expect(auths.every((auth) => auth !== null)).toBe(true)
  expect(engine.gets).toEqual([20, 20]) // their pointers, then what they point to

  const sessions = inner.map((core) => new Hypercore(null, null, { core }))
  await Promise.all(sessions.map((session) => session.ready()))
  engine.batches.length = 0
  await Promise.all(sessions.map((session) => session.setUserData('note', b4a.from('x'))))
  expect(engine.batches).toEqual([20])
  await storage.close()
})

test('a reader in the turn of a flush that resolved sees it', async () => {
  const storage = openStorage(new MemoryEngine())
  for (let i = 0; i < 20; i++) {
    const seed = b4a.alloc(32, i)
    const read = storage.setSeed(seed).then(() => storage.getSeed())
    expect(await read).toEqual(seed)
  }
  await storage.close()
})
