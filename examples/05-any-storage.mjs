// The same program on RocksDB, on files, in memory and in LevelDB's: what is passed as storage is the difference.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Corestore from '@manycore/corestore'
import { MemoryEngine } from '@manycore/kv'
import { MemoryLevel } from 'memory-level'
import RandomAccessFile from 'random-access-file'

const directory = await mkdtemp(join(tmpdir(), 'example-'))
const files = join(directory, 'files')

/** @type {Record<string, import('@manycore/corestore').StorageInput>} */
const storages = {
  'a directory, with RocksDB in it': join(directory, 'rocksdb'),
  'files, by a function': (name) => new RandomAccessFile(name, { directory: files }),
  'one file': new RandomAccessFile('one-file', { directory }),
  'an engine, here in memory': new MemoryEngine({ reusable: true }),
  'an abstract-level database': new MemoryLevel()
}

for (const [name, storage] of Object.entries(storages)) {
  await write(storage)
  console.log(`${name}: ${(await read(storage)).join(', ')}`)
}
console.log('the files:', (await readdir(files)).join(' '))
await rm(directory, { recursive: true })

/** @param {import('@manycore/corestore').StorageInput} storage */
async function write(storage) {
  const store = new Corestore(storage)
  const cores = ['left', 'right'].map((name) => store.get({ name, valueEncoding: 'utf-8' }))
  await Promise.all(cores.map((core) => core.ready()))

  const atom = store.storage.createAtom()
  const sessions = cores.map((core) => core.session({ atom }))
  for (const session of sessions) await session.append('written together')
  await atom.flush() // both blocks are there from now on, or, if the process dies before, none
  await Promise.all(sessions.map((session) => session.close()))
  await store.close()
}

/** @param {import('@manycore/corestore').StorageInput} storage */
async function read(storage) {
  const store = new Corestore(storage)
  const blocks = await Promise.all(
    ['left', 'right'].map((name) => store.get({ name, valueEncoding: 'utf-8' }).get(0))
  )
  await store.close()
  return blocks
}
