// The stores whose growth is measured, and the engine of each alone.
import { join } from 'node:path'
import Corestore from '@manycore/corestore'
import { RandomAccessEngine } from '@manycore/kv'
import { RocksEngine } from '@manycore/storage-adapters'
import RandomAccessFile from 'random-access-file'

/** @param {string} directory */
const files = (directory) => (/** @type {string} */ name) => new RandomAccessFile(join(directory, name))

/**
 * @typedef {object} Storage
 * @property {(directory: string, opts?: import('@manycore/corestore').CorestoreOptions) => Corestore} open
 * @property {(directory: string) => import('@manycore/kv').Engine} engine  what such a store has below it
 */

/** @type {Record<string, Storage>} */
export const STORAGES = {
  RocksDB: {
    open: (directory, opts) => new Corestore(directory, opts),
    engine: (directory) => new RocksEngine(join(directory, 'db'))
  },
  'random-access-file': {
    open: (directory, opts) => new Corestore(files(directory), opts),
    engine: (directory) => new RandomAccessEngine(files(directory))
  }
}

/** @param {string} name */
export function storageOf(name) {
  const storage = STORAGES[name]
  if (storage === undefined) throw new Error(`--storages has no ${name}`)
  return storage
}
