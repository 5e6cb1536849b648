import { onTestFinished } from 'vitest'
import { Corestore } from '../src/index.js'
import type { CorestoreOptions } from '../src/index.js'
import { temporaryDirectory } from './temporary-directory.js'

/** A store that the end of the test closes. @param directory  default: a new one */
export function openStore(opts?: CorestoreOptions, directory: string = temporaryDirectory()): Corestore {
  const store = new Corestore(directory, opts)
  onTestFinished(async () => {
    await store.close()
  })
  return store
}
