export { testStorage } from './test-storage.js'
export type { StoragePlace, StorageSubject, StorageSupports } from './subject.js'
export type { TestFunction } from '@manycore/kv/compliance'

// What the types above are made of.
export type * from '@manycore/hypercore-types'
