import { EngineError } from '@manycore/kv'
import { StorageError } from '../errors.js'
import { findLockHolder } from './lock-holder.js'
import { CHANGED, DAMAGED, FULL, LATE, LOCKED, REFUSED, VERSION } from '../upstream/messages.js'

/**
 * Turns what the layers below threw while opening or resuming into a coded error; the original is its cause.
 * @param directory  of the store
 * @param database   of its RocksDB
 */
export function explainFailure(err: unknown, directory: string, database: string): StorageError {
  if (err instanceof StorageError) return err

  // An engine's own error only says less than the one below it.
  const cause = (err instanceof EngineError ? (err.cause ?? err) : err) as Error & {
    code?: string
    syscall?: string
  }
  const fail = (code: StorageError['code'], message: string): StorageError =>
    new StorageError(code, message, { cause })

  if (LOCKED.test(cause.message)) {
    const holder = findLockHolder(database)
    const by = holder === undefined ? 'elsewhere' : `by process ${holder}`
    return new StorageError('ELOCKED', `the store at ${directory} is open ${by}`, { cause, holder })
  }
  if (cause.code === 'DEVICE_FILE') {
    return fail('DEVICE_FILE', `${directory}/CORESTORE does not belong here: ${cause.message}`)
  }
  if (cause.code === 'ENGINE_READ_ONLY') {
    return fail('STORAGE_EMPTY', `there is no store at ${directory} yet`)
  }
  if (VERSION.test(cause.message)) {
    return fail('STORAGE_VERSION', `the store at ${directory} was written by a newer hypercore-storage`)
  }
  if (CHANGED.test(cause.message)) {
    return fail('STORAGE_CHANGED', `the store at ${directory} was opened by another process meanwhile`)
  }
  if (LATE.test(cause.message)) {
    return fail('STORAGE_UNREADABLE', `the RocksDB in ${database} was opened before it was passed as storage`)
  }
  if (cause.syscall === undefined && !REFUSED.test(cause.message) && DAMAGED.test(cause.message)) {
    return fail('STORAGE_CORRUPT', `the RocksDB files in ${database} are damaged: ${cause.message}`)
  }
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT' || FULL.test(cause.message)) {
    const remedy = 'RocksDB writes while it opens. Nothing is lost: make room there and open the store again'
    return fail('STORAGE_UNREADABLE', `the disk of the store at ${directory} is full, and ${remedy}`)
  }
  return fail('STORAGE_UNREADABLE', `cannot open the store at ${directory}: ${cause.message}`)
}
