// The stores that are compared; the first is what the others are divided by.
import { join } from 'node:path'
import Corestore from '@manycore/corestore'
import { MemoryEngine } from '@manycore/kv'
import Corestore7 from 'corestore'
import Corestore6 from 'corestore6'
import Hypercore from 'hypercore'
import RandomAccessFile from 'random-access-file'

/** @typedef {import('@manycore/hypercore-types').Hypercore} Core */

/**
 * What all stores can do that are compared.
 * @typedef {object} Store
 * @property {() => Promise<void>} ready
 * @property {() => Promise<void>} close
 * @property {{ (key: Uint8Array): Core, (opts: { name: string }): Core }} get
 * @property {import('./work.mjs').Side['replicate']} replicate
 */

/**
 * @typedef {object} Contender
 * @property {string} module                    what is loaded for it
 * @property {(directory: string) => Store} open  a store on this directory, with what an earlier one left there
 * @property {(directory: string, key?: Uint8Array | null) => Core} [core]  if it is no store: one core
 */

/** @typedef {{ contender: Contender, scale: number, directory: string }} Context  of one measurement */

/** @typedef {import('../measure/table.mjs').Figures} Figures */

/** @type {Map<string, MemoryEngine>} */
const memory = new Map()
/** @param {string} directory */
const files = (directory) => (/** @type {string} */ name) => new RandomAccessFile(join(directory, name))

/** @type {Record<string, Contender>} */
export const CONTENDERS = {
  'corestore@7.12.5': { module: 'corestore', open: (directory) => new Corestore7(directory) },
  'ours on RocksDB': { module: '@manycore/corestore', open: (directory) => new Corestore(directory) },
  'ours on random-access-file': {
    module: '@manycore/corestore',
    open: (directory) => new Corestore(files(directory))
  },
  'ours in memory': {
    module: '@manycore/corestore',
    open: (directory) => {
      const engine = memory.get(directory) ?? new MemoryEngine({ reusable: true })
      memory.set(directory, engine)
      return new Corestore(engine)
    }
  },
  'corestore@6.18.4 on random-access-file': {
    module: 'corestore6',
    open: (directory) => new Corestore6(files(directory))
  },
  // The floor of what a store can do where it has one core: no store at all.
  'hypercore@11.37.1': {
    module: 'hypercore',
    open: () => {
      throw new Error('Hypercore alone is no store: skip it')
    },
    core: (directory, key) => new Hypercore(directory, key ?? null)
  }
}
