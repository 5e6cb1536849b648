import CorestoreStorage from 'hypercore-storage'
import RocksDB from 'rocksdb-native'
import { expect, onTestFinished, test } from 'vitest'
import { declarationsIn } from '../../../../test/upstream/declarations.js'
import { touchedElsewhere } from '../../../../test/upstream/elsewhere.js'
import { type Installed, installedFor, movedParts } from '../../../../test/upstream/installed.js'
import { temporary } from '../temporary.js'

const SRC = 'packages/storage-adapters/src'
const declarations = declarationsIn(`${SRC}/upstream`)

test('every private part of upstream that upstream/ declares is there, and is what it was', async () => {
  expect(declarations.flatMap(({ members }) => members).length).toBeGreaterThan(25)
  expect(movedParts(declarations, await installed())).toEqual([])
})

test('no other file touches a private part of upstream', () => {
  expect(touchedElsewhere(SRC, `${SRC}/upstream`, declarations)).toEqual([])
})

interface Batch {
  destroy(): void
}

async function installed(): Promise<Installed> {
  const db = new RocksDB(`${temporary()}/db`)
  const storage = new CorestoreStorage(db)
  await storage.ready()
  const session = db.session()
  const [read, write] = [session.read(), session.write()] as unknown as [Batch, Batch]
  onTestFinished(async () => {
    read.destroy()
    write.destroy()
    await session.close()
    await storage.close()
  })
  const { file, version } = installedFor(import.meta.url, 'hypercore-storage')
  const rocks = installedFor(file, 'rocksdb-native')
  return new Map([
    ['hypercore-storage CorestoreStorage', { object: storage, version }],
    ['rocksdb-native RocksDB', { object: session, version: rocks.version }],
    ['rocksdb-native ReadBatch', { object: read, version: rocks.version }],
    ['rocksdb-native WriteBatch', { object: write, version: rocks.version }]
  ])
}
