// The stores that are compared. Stock has no mirror: what is to be replicated has to be open on both sides.
import Corestore7 from 'corestore'
import { storageOf } from '../growth/storages.mjs'

/** @typedef {import('../stores/contenders.mjs').Store} Store */

/**
 * @typedef {object} Contender
 * @property {boolean} isMirror  whether it mirrors, or has all cores open
 * @property {(directory: string) => Store & { synced?: () => Promise<void> }} open  also a copy of a directory
 * @property {(directory: string) => Store} fill  the same, to write many cores to
 */

/** @param {string} storage @returns {Contender} */
const ours = (storage) => ({
  isMirror: true,
  open: (directory) => storageOf(storage).open(directory, { mirror: true, allowBackup: true }),
  fill: (directory) => storageOf(storage).open(directory, { maxOpenCores: 256, allowBackup: true })
})

/** @type {Record<string, Contender>} */
const CONTENDERS = {
  'corestore@7.12.5': {
    isMirror: false,
    open: (directory) => new Corestore7(directory, { allowBackup: true }),
    fill: (directory) => new Corestore7(directory, { allowBackup: true })
  },
  RocksDB: ours('RocksDB'),
  'random-access-file': ours('random-access-file')
}

/** The first of them. */
export const STOCK = 'corestore@7.12.5'

/** @param {string} name */
export function contenderOf(name) {
  const contender = CONTENDERS[name]
  if (contender === undefined) throw new Error(`there is no contender ${name}`)
  return contender
}
