import b4a from 'b4a'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import RandomAccessFile from 'random-access-file'
import RandomAccessMemory from 'random-access-memory'
import { MemoryEngine } from '@manycore/kv'
import { RocksEngine, openStorage } from '../../src/index.js'
import type { StorageInput } from '../../src/index.js'
import type { StorageSubject } from '../../compliance/index.js'
import { makeDirectory } from '../temporary.js'
import { WithoutSnapshots } from '../level/without-snapshots.js'

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
  inMemory('random-access-memory', () => RandomAccessMemory.reusable()),
  inCopies('random-access-memory, copied')
]

function onDisk(name: string, storage: (directory: string) => StorageInput): StorageSubject {
  return {
    name,
    supports: { persistent: true, readOnly: true },
    create() {
      const { path, remove } = makeDirectory()
      return { open: (opts) => openStorage(storage(path), opts), remove }
    }
  }
}

/** Files in memory, of which each open goes on with copies: whatever an earlier one writes on is lost. */
function inCopies(name: string): StorageSubject {
  return {
    name,
    supports: { persistent: true, readOnly: true },
    crashes: true,
    create() {
      const files = new Map<string, RandomAccessMemory>()
      const open = (file: string): RandomAccessMemory => {
        const before = files.get(file)
        const copy = new RandomAccessMemory({ pageSize: 4096 })
        copy.length = before?.length ?? 0
        copy.buffers = before?.buffers.map((page) => page && b4a.from(page)) ?? []
        copy.on('unlink', () => files.get(file) === copy && files.delete(file))
        files.set(file, copy)
        return copy
      }
      return { open: (opts) => openStorage(open, opts), crash: async () => {} }
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
