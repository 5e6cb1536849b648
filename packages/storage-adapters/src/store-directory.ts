import fs from 'fs'
import { NAMED_ENTRIES } from './defaults.js'
import { StorageError } from './errors.js'

// hypercore-storage 3.3.1 index.js:1310: what its constructor leaves where it is.
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

// The names RocksDB gives its files.
const ROCKS =
  /^(CURRENT|IDENTITY|SESSION_ID|LOCK|RECOVERING|LOG(\.old\.\d+)?|(MANIFEST|OPTIONS)-\d+|\d+\.(sst|log|blob|dbtmp)|OPTIONS-\d+\.dbtmp)$/

/**
 * hypercore-storage moves everything it does not know into `db/` when a directory has no file CORESTORE:
 * meant for early Corestore 7 stores, whose RocksDB files lie in the directory itself.
 * @returns why that must not happen here: the directory holds other files; null = it may
 */
export function findForeignFiles(directory: string): StorageError | null {
  const entries = list(directory)
  if (entries.includes('CORESTORE')) return null
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
 * Run before a store is opened: finds what RocksDB would report less clearly, or only after creating something.
 * @throws the file system's error, or STORAGE_EMPTY
 */
export function checkDirectory(directory: string, readOnly: boolean): void {
  if (readOnly) {
    if (!exists(`${directory}/db/CURRENT`)) {
      throw new StorageError(
        'STORAGE_EMPTY',
        `no store in Corestore 7's layout at ${directory} (an older one is converted when opened for writing)`
      )
    }
    return
  }

  // Left by a process that died, or had no disk space, between creating and writing it. It says nothing,
  // and device-file 2.1 refuses it for ever as moved.
  const deviceFile = `${directory}/CORESTORE`
  if (exists(deviceFile) && fs.statSync(deviceFile).size === 0) fs.unlinkSync(deviceFile)
}

function list(directory: string): string[] {
  try {
    return fs.readdirSync(directory)
  } catch {
    return [] // missing or unreadable: nothing can be moved either; opening reports it
  }
}

/** Is there something? False only when the file system says so. */
function exists(path: string): boolean {
  try {
    fs.statSync(path)
    return true
  } catch (err) {
    if ((err as { code?: string }).code === 'ENOENT') return false
    throw err
  }
}
