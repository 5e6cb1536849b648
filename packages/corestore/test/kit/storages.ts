import { join } from 'node:path'
import { MemoryEngine, RandomAccessEngine } from '@manycore/kv'
import { openStorage, type StorageInput } from '@manycore/storage-adapters'
import { MemoryLevel } from 'memory-level'
import RandomAccessFile from 'random-access-file'
import RandomAccessMemory from 'random-access-memory'
import { temporaryDirectory } from './temporary-directory.js'

/** Something that a Corestore can be opened on. */
export interface StorageKind {
  readonly kind: string
  /** @returns what gives a storage; each one of them holds what was stored in the ones before */
  place(): () => StorageInput
  /** what was stored is there when the store is opened again; default true */
  readonly isKept?: false
  /** a second open is refused while the first one is; default true */
  readonly isLocked?: false
  /** default true */
  readonly canBeReadOnly?: false
}

const inDirectory = (open: (directory: string) => StorageInput) => (): (() => StorageInput) => {
  const directory = temporaryDirectory()
  return () => open(directory)
}

const always = (open: () => StorageInput) => (): (() => StorageInput) => {
  const storage = open()
  return () => storage
}

/** Every kind of storage that is accepted. */
export const STORAGES: readonly StorageKind[] = [
  { kind: 'a directory', place: inDirectory((directory) => directory) },
  {
    kind: 'a hypercore-storage instance',
    place: inDirectory((directory) => openStorage(directory)),
    canBeReadOnly: false // it was opened already
  },
  {
    kind: 'a random-access-file function',
    place: inDirectory((directory) => (name: string) => new RandomAccessFile(name, { directory }))
  },
  {
    kind: 'one random-access-file',
    place: inDirectory((directory) => new RandomAccessFile('store', { directory }))
  },
  {
    kind: 'an engine that merges all the time',
    place: inDirectory(
      (directory) =>
        new RandomAccessEngine((name) => new RandomAccessFile(join(directory, name)), {
          memtableBytes: 20_000,
          cacheBytes: 50_000
        })
    ),
    canBeReadOnly: false // an option of the engine
  },
  {
    kind: 'the class RandomAccessMemory',
    place: () => () => RandomAccessMemory,
    isKept: false,
    isLocked: false
  },
  { kind: 'one random-access-memory', place: always(() => new RandomAccessMemory()), isLocked: false },
  { kind: 'a memory engine', place: always(() => new MemoryEngine({ reusable: true })), isLocked: false },
  { kind: 'memory-level', place: always(() => new MemoryLevel()), isLocked: false }
]

/** Those that hold what was stored when they are opened again. */
export const KEPT: readonly StorageKind[] = STORAGES.filter(({ isKept }) => isKept !== false)
