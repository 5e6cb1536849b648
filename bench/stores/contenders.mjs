// The stores that are compared; the first is what the others are divided by.
import { join } from 'node:path'
import Corestore from '@manycore/corestore'
import { MemoryEngine } from '@manycore/kv'
import Corestore7 from 'corestore'
import Corestore6 from 'corestore6'
import Hypercore from 'hypercore'
import RandomAccessFile from 'random-access-file'

const memory = new Map()
const files = (directory) => (name) => new RandomAccessFile(join(directory, name))

/** `open()` gives a store on this directory, with what an earlier one left there. */
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
      if (!memory.has(directory)) memory.set(directory, new MemoryEngine({ reusable: true }))
      return new Corestore(memory.get(directory))
    }
  },
  'corestore@6.18.4 on random-access-file': {
    module: 'corestore6',
    open: (directory) => new Corestore6(files(directory))
  },
  // The floor of what a store can do where it has one core: no store at all.
  'hypercore@11.37.1': { module: 'hypercore', core: (directory, key) => new Hypercore(directory, key) }
}
