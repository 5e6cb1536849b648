import b4a from 'b4a'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import { openStorage } from '../../src/index.js'
import { CountingEngine } from './counting-engine.js'

test('all gets of one turn are one getMany, all writes one batch, across cores', async () => {
  const engine = new CountingEngine({ reusable: true })
  const first = openStorage(engine)
  const created = Array.from({ length: 20 }, () => Hypercore.createCore(first, { keyPair: null }))
  await Promise.all(created.map((core) => core.ready()))
  const keys = created.map((core) => core.discoveryKey)
  await first.close()

  const storage = openStorage(engine)
  await storage.ready()
  engine.forget()
  const auths = await Promise.all(keys.map((key) => storage.getAuth(key)))
  expect(auths.every((auth) => auth !== null)).toBe(true)
  expect(engine.gets).toEqual([20, 20]) // their pointers, then what they point to

  const inner = keys.map((discoveryKey) => Hypercore.createCore(storage, { discoveryKey }))
  const sessions = inner.map((core) => new Hypercore(null, null, { core }))
  await Promise.all(sessions.map((session) => session.ready()))
  engine.forget()
  await Promise.all(sessions.map((session) => session.setUserData('note', b4a.from('x'))))
  expect(engine.batches).toEqual([20])
  await storage.close()
})

test('of many writes in one turn the first come back while the engine writes the others', async () => {
  const engine = new CountingEngine()
  const storage = openStorage(engine)
  const cores = Array.from({ length: 100 }, () => Hypercore.createCore(storage, { keyPair: null }))
  await Promise.all(cores.map((core) => core.ready()))
  engine.forget()
  const seen: number[] = []
  const written = cores.map(async (core) => {
    const batch = (core as unknown as { storage: WritableStorage }).storage.write()
    batch.putUserData('note', b4a.from('x'))
    await batch.flush()
    seen.push(engine.batches.length)
  })
  await Promise.all(written)
  expect(engine.batches).toEqual([32, 32, 32, 4])
  expect(Math.max(...seen.slice(0, 32))).toBeLessThan(4) // not all batches had begun
  await storage.close()
})

/** Of a core: hypercore-storage, lib/tx.js, class CoreTX. */
interface WritableStorage {
  write(): { putUserData(key: string, value: Uint8Array): void; flush(): Promise<boolean> }
}

test('a reader in the turn of a flush that resolved sees it', async () => {
  const storage = openStorage(new MemoryEngine())
  for (let i = 0; i < 20; i++) {
    const seed = b4a.alloc(32, i)
    const read = storage.setSeed(seed).then(() => storage.getSeed())
    expect(await read).toEqual(seed)
  }
  await storage.close()
})
