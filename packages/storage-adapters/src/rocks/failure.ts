import fs from 'fs'
import { isManycoreError } from '@manycore/kv'
import { StorageError } from '../errors.js'
import { NEWER_VERSION } from '../upstream/hypercore-storage.js'
import { CHANGED, DAMAGED, DISK_FULL, LOCKED, OPENED_BEFORE, REFUSED } from '../upstream/rocksdb-native.js'

/**
 * Turns what the layers below threw while opening or resuming into an error with a code, of which it is the cause.
 * @param directory  the store's directory, for messages
 * @param database   the directory of its RocksDB
 */
export function explainFailure(err: unknown, directory: string, database: string): StorageError {
  if (err instanceof StorageError) return err

  // An engine's own error says less than the one below it.
  const cause = (isManycoreError(err) ? (err.cause ?? err) : err) as Error & {
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
  if (NEWER_VERSION.test(cause.message)) {
    return fail('STORAGE_VERSION', `the store at ${directory} was written by a newer hypercore-storage`)
  }
  if (CHANGED.test(cause.message)) {
    return fail('STORAGE_CHANGED', `the store at ${directory} was opened by another process in the meantime`)
  }
  if (OPENED_BEFORE.test(cause.message)) {
    return fail('STORAGE_UNREADABLE', `the RocksDB in ${database} was opened before it was passed as storage`)
  }
  if (cause.syscall === undefined && !REFUSED.test(cause.message) && DAMAGED.test(cause.message)) {
    return fail('STORAGE_CORRUPT', `the RocksDB files in ${database} are damaged: ${cause.message}`)
  }
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT' || DISK_FULL.test(cause.message)) {
    const remedy = 'RocksDB writes while it opens. Nothing is lost: make room there and open the store again'
    return fail('STORAGE_UNREADABLE', `the disk of the store at ${directory} is full, and ${remedy}`)
  }
  return fail('STORAGE_UNREADABLE', `cannot open the store at ${directory}: ${cause.message}`)
}

/**
 * Finds the process that has a RocksDB open: the one with the POSIX lock on its file LOCK, as Linux lists it.
 * @returns its pid; undefined if it cannot be known: on another system, in another pid namespace, or on a file system
 *          whose device numbers differ from the kernel's
 */
function findLockHolder(database: string): number | undefined {
  try {
    const { dev, ino } = fs.statSync(`${database}/LOCK`)
    const file = `${hex(major(dev))}:${hex(minor(dev))}:${ino}`
    // 1: POSIX  ADVISORY  WRITE 7617 fe:00:2154875 0 EOF
    for (const line of String(fs.readFileSync('/proc/locks')).split('\n')) {
      const [, kind, , , pid, id] = line.trim().split(/\s+/)
      if (kind === 'POSIX' && id === file && Number(pid) > 0) return Number(pid)
    }
  } catch {
    // The lock was released, or there is no /proc: nobody can be named.
  }
  return undefined
}

// Linux's makedev(3), for numbers that fit 32 bits.
function major(dev: number): number {
  return (dev >>> 8) & 0xfff
}

function minor(dev: number): number {
  return (dev & 0xff) | ((dev >>> 12) & 0xfff00)
}

function hex(n: number): string {
  return n.toString(16).padStart(2, '0')
}
