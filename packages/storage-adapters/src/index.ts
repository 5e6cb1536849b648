export { openStorage } from './open-storage.js'
export type { OpenStorageOptions, StorageInput } from './open-storage.js'
export { STORAGE_ERRORS, StorageError } from './errors.js'
export type { StorageErrorCode } from './errors.js'
