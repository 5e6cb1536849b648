// The storages that are compared. Each opens on a directory of its own; memory lives as long as the process.
import { join } from 'node:path'
import { MemoryEngine } from '@manycore/kv'
import { openStorage } from '@manycore/storage-adapters'
import RandomAccessFile from 'random-access-file'

const memory = new MemoryEngine({ reusable: true })

/** @type {Record<string, (directory: string) => import('@manycore/hypercore-types').CorestoreStorage>} */
export const CONTENDERS = {
  rocksdb: (directory) => openStorage(join(directory, 'rocksdb')),
  'random-access-file': (directory) =>
    openStorage((name) => new RandomAccessFile(join(directory, 'files', name))),
  memory: () => openStorage(memory)
}
