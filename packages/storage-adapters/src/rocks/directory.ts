import fs from 'fs'
import { NAMED_ENTRIES } from '../defaults.js'
import { StorageError } from '../errors.js'

// The entries that hypercore-storage 3.3 leaves where they are (index.js, `tmpFixStorage()`).
const STAYS = new Set([
  'CORESTORE',
  'primary-key',
  'cores',
  'app-preferences',
  'cache',
  'preferences.json',
  'db',
  'clone',
  'core',
  'notifications'
])

// The names that RocksDB gives its files.
const ROCKS =
  /^(CURRENT|IDENTITY|SESSION_ID|LOCK|RECOVERING|LOG(\.old\.\d+)?|(MANIFEST|OPTIONS)-\d+|\d+\.(sst|log|blob|dbtmp)|OPTIONS-\d+\.dbtmp)$/

/** @returns the error if the directory holds files of others and must not become a store; null = it may */
function findForeignFiles(directory: string, entries: readonly string[]): StorageError | null {
  const early = entries.includes('CURRENT') || entries.includes('db')
  const foreign = entries.filter((name) => !STAYS.has(name) && !(early && ROCKS.test(name)))
  if (foreign.length === 0) return null

  const named = foreign.slice(0, NAMED_ENTRIES).join(', ')
  const more = foreign.length > NAMED_ENTRIES ? ` and ${foreign.length - NAMED_ENTRIES} more` : ''
  return new StorageError(
    'STORAGE_FOREIGN_FILES',
    `${directory} is not a store and holds ${named}${more}: use an empty or a new directory`
  )
}

/**
 * Called before a store is opened: moves the files of an early store, and detects what RocksDB would report less
 * clearly, or only after creating something.
 * @throws the file system's error, STORAGE_FOREIGN_FILES, or STORAGE_EMPTY
 */
export function prepareDirectory(directory: string, readOnly: boolean): void {
  if (readOnly) {
    if (!exists(`${directory}/db/CURRENT`)) {
      throw new StorageError(
        'STORAGE_EMPTY',
        `there is no store in Corestore 7's layout at ${directory} (an older one is converted when it is opened for writing)`
      )
    }
    return
  }
  moveEarlyStore(directory)

  // A process died, or ran out of disk space, between creating this file and writing it. It says nothing, and
  // device-file 2 would always refuse it as moved.
  const deviceFile = `${directory}/CORESTORE`
  if (exists(deviceFile) && fs.statSync(deviceFile).size === 0) fs.unlinkSync(deviceFile)
  fs.mkdirSync(`${directory}/db`, { recursive: true }) // RocksDB creates only the last directory of a path
}

/**
 * An early Corestore 7 store has its RocksDB files in the directory itself; they belong in `db/`.
 * `tmpFixStorage()` of hypercore-storage 3.3 moves whatever it does not know.
 */
function moveEarlyStore(directory: string): void {
  const entries = list(directory)
  if (entries.includes('CORESTORE')) return
  const foreign = findForeignFiles(directory, entries)
  if (foreign !== null) throw foreign
  const early = entries.filter((name) => !STAYS.has(name))
  if (early.length === 0) return
  fs.mkdirSync(`${directory}/db`, { recursive: true })
  for (const name of early) fs.renameSync(`${directory}/${name}`, `${directory}/db/${name}`)
}

function list(directory: string): string[] {
  try {
    return fs.readdirSync(directory)
  } catch {
    return [] // missing or unreadable: nothing can be moved either; opening reports it
  }
}

/** Whether something is at a path. False only if the file system says so. */
function exists(path: string): boolean {
  try {
    fs.statSync(path)
    return true
  } catch (err) {
    if ((err as { code?: string }).code === 'ENOENT') return false
    throw err
  }
}
