import b4a from 'b4a'
import Corestore from 'corestore'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { journalOf, openStorage } from '../../src/index.js'
import type { Checkpoint, OpenStorageOptions } from '../../src/index.js'
import { manifestOf } from '../../src/rocks/manifest.js'
import { temporary } from '../temporary.js'
import { names, noted } from './changes.js'

test('each opening of a RocksDB for writing begins another manifest, and nothing else does', async () => {
  const directory = temporary()
  const seen: (string | null)[] = []
  const see = (): number => seen.push(manifestOf(`${directory}/db`))
  see()
  for (let i = 0; i < 3; i++) {
    const storage = openStorage(directory)
    await new Hypercore(storage).append('0')
    see()
    await storage.flush()
    await storage.compact()
    await storage.suspend()
    await storage.resume()
    await storage.close()
    const reader = openStorage(directory, { readOnly: true })
    await reader.ready()
    await reader.close()
    expect(manifestOf(`${directory}/db`)).toBe(seen.at(-1))
  }
  expect(seen[0]).toBe('')
  expect(new Set(seen).size).toBe(4)
})

test('the epoch stays as long as only we write, whatever we do with the store', async () => {
  const directory = temporary()
  const first = await visit(directory)
  expect(await visit(directory)).toMatchObject({ epoch: first.epoch })
  expect(await visit(directory, { allowBackup: true })).toMatchObject({ epoch: first.epoch })
  const storage = openStorage(directory)
  await storage.ready()
  await storage.compact()
  await storage.suspend()
  await storage.resume()
  expect(journalOf(storage)!.epoch).toEqual(first.epoch)
  await storage.close()
  const reader = openStorage(directory, { readOnly: true })
  await reader.ready()
  expect(journalOf(reader)).toBe(null)
  await reader.close()
  expect(await visit(directory)).toMatchObject({ epoch: first.epoch })
})

test('stock opens the store, finds everything and writes; afterwards there is a new epoch', async () => {
  const directory = temporary()
  const storage = openStorage(directory)
  const core = new Hypercore(storage)
  await core.append('ours')
  const journal = journalOf(storage)!
  const before = await journal.checkpoint()
  await core.append('noted')
  await core.close()

  const stock = new Corestore(directory, { primaryKey: b4a.alloc(32, 7), unsafe: true })
  const theirs = stock.get({ key: core.key! })
  await theirs.ready()
  expect([b4a.toString((await theirs.get(1))!), theirs.length]).toEqual(['noted', 2])
  const named = stock.get({ name: 'made by stock' })
  await named.append('stock')
  const listed: Uint8Array[] = []
  for await (const key of (stock as unknown as { list(): AsyncIterable<Uint8Array> }).list()) listed.push(key)
  expect(listed).toHaveLength(2)
  await stock.close()

  const again = openStorage(directory)
  await again.ready()
  const anew = journalOf(again)!
  expect(anew.epoch).toBe(null)
  const now = await anew.checkpoint()
  expect(now.epoch).not.toEqual(before.epoch)
  await expect(noted(anew, before)).rejects.toMatchObject({ code: 'JOURNAL_STALE' })
  const stockCore = new Hypercore(again, named.key!)
  await stockCore.setUserData('not', b4a.from('of interest'))
  expect(await noted(anew, now)).toEqual([])
  const mine = new Hypercore(again, core.key!)
  await mine.clear(0)
  expect(await noted(anew, now)).toEqual(names(mine))
  await again.close()
})

/** Opens, changes, and says where the journal is. */
async function visit(directory: string, opts?: OpenStorageOptions): Promise<Checkpoint> {
  const storage = openStorage(directory, opts)
  await new Hypercore(storage).append('x')
  const checkpoint = await journalOf(storage)!.checkpoint()
  await storage.close()
  return checkpoint
}
