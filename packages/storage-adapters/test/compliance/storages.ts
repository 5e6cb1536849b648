import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import RandomAccessFile from 'random-access-file'
import RandomAccessMemory from 'random-access-memory'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { MemoryEngine } from '@manycore/kv'
import { RocksEngine, openStorage } from '../../src/index.js'
import type { StorageInput } from '../../src/index.js'
import type { StorageSubject } from '../../compliance/index.js'
import { makeDirectory } from '../temporary.js'
import { WithoutSnapshots } from '../without-snapshots.js'

/** What a store can be kept in: RocksDB first, which the others are compared with. */
export const STORAGES: StorageSubject[] = [
  onDisk('RocksDB', (directory) => directory),
  onDisk('RocksDB through the facade', (directory) => new RocksEngine(`${directory}/db`)),
  inMemory('memory', () => new MemoryEngine({ reusable: true })),
  inMemory('memory-level', () => new MemoryLevel()),
  inMemory('a level without snapshots', () => new WithoutSnapshots()),
  onDisk('classic-level', (directory) => new ClassicLevel(directory)),
  onDisk('random-access-file', (directory) => (name) => new RandomAccessFile(`${directory}/${name}`)),
  onDisk('random-access-file, all in one', (directory) => new RandomAccessFile(`${directory}/store`)),
  inMemory('random-access-memory', () => RandomAccessMemory.reusable())
]

function onDisk(name: string, storage: (directory: string) => StorageInput): StorageSubject {
  return {
    name,
    supports: { persistent: true, readOnly: true },
    create() {
      const directory = makeDirectory()
      // After a crash it is a copy, whose CORESTORE would be refused.
      const open = (opts?: object): CorestoreStorage =>
        openStorage(storage(directory.path), { allowBackup: true, ...opts })
      return { open, crash: async () => directory.crash(), remove: directory.remove }
    }
  }
}

function inMemory(name: string, create: () => StorageInput): StorageSubject {
  return {
    name,
    supports: { persistent: true, readOnly: true },
    create() {
      const storage = create()
      return { open: (opts) => openStorage(storage, opts) }
    }
  }
}
