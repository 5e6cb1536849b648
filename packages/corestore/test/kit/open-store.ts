import type { StorageInput } from '@manycore/storage-adapters'
import { onTestFinished } from 'vitest'
import { Corestore } from '../../src/index.js'
import type { CorestoreOptions } from '../../src/index.js'
import { temporaryDirectory } from './temporary-directory.js'

/** A store that the end of the test closes. @param storage  default: a new directory */
export function openStore(opts?: CorestoreOptions, storage: StorageInput = temporaryDirectory()): Corestore {
  const store = new Corestore(storage, opts)
  onTestFinished(async () => {
    await store.close()
  })
  return store
}
