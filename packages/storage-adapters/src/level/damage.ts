import { EngineError, isManycoreError } from '@manycore/kv'
import type { LevelDatabase } from './database.js'

/** Files that LevelDB writes only once there is a CURRENT. Its first MANIFEST is older: a crash may leave that one alone. */
const DATA = /^\d+\.(ldb|sst|log)$|^MANIFEST-(?!0*1$)\d+$/

interface Located {
  readonly location?: unknown
  on?(event: 'opening', fn: () => void): unknown
}

interface FileSystem {
  readdirSync(path: string): string[]
}

const watched = new WeakSet<LevelDatabase>()

/**
 * LevelDB takes a directory without CURRENT for a new one, and removes the tables and logs in it. From now on such an
 * open is refused before it touches a file: abstract-level 3 emits 'opening' first (abstract-level.js, `open()`), even
 * if it opens by itself. For a database that is already open it is too late.
 */
export function refuseLostDirectory(db: LevelDatabase): void {
  const { location } = db as Located
  if (typeof location !== 'string' || watched.has(db)) return
  watched.add(db)
  ;(db as Located).on?.('opening', () => {
    const files = list(location)
    const data = files.find((name) => DATA.test(name))
    if (data === undefined || files.includes('CURRENT')) return
    throw new EngineError(
      'ENGINE_CORRUPT',
      `the level database at ${location} has lost its file CURRENT, which names the manifest; ${data} is still there`,
      { file: 'CURRENT' }
    )
  })
}

function list(directory: string): string[] {
  try {
    return fileSystem()?.readdirSync(directory) ?? []
  } catch {
    return [] // missing or unreadable, which opening reports
  }
}

/** Undefined in browsers, which have level databases but no files. */
function fileSystem(): FileSystem | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: 'fs'): FileSystem } }
  return process?.getBuiltinModule?.('fs')
}

interface LevelError extends Error {
  readonly code?: string
  readonly cause?: LevelError
}

/** A file of LevelDB is missing, cut, or a directory. Other messages of the file system are not about damage. */
const GONE =
  /(CURRENT|MANIFEST-\d+|\d+\.(ldb|sst|log)): (No such file or directory|Invalid argument|Is a directory)/

/**
 * abstract-level says that it is not open, and why in the cause.
 * @returns the error to throw
 */
export function explainLevelFailure(err: unknown): unknown {
  const failure = err as LevelError
  const reason = failure.code === 'LEVEL_DATABASE_NOT_OPEN' ? (failure.cause ?? failure) : failure
  if (isManycoreError(reason)) return reason
  if (reason.code === 'LEVEL_LOCKED') {
    return new EngineError('ELOCKED', 'the level database is open elsewhere', { cause: err })
  }
  if (reason.code === 'LEVEL_CORRUPTION' || (reason.code === 'LEVEL_IO_ERROR' && GONE.test(reason.message))) {
    return new EngineError('ENGINE_CORRUPT', `the level database is damaged: ${reason.message}`, {
      cause: err
    })
  }
  return err
}
