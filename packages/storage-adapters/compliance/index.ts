export { testStorage } from './test-storage.js'
export type { StoragePlace, StorageSubject, StorageSupports } from './subject.js'
export type { TestFunction } from '@manycore/kv/compliance'
