import { EngineError } from '@manycore/kv'

interface LevelError extends Error {
  readonly code?: string
  readonly cause?: LevelError
}

/** A file that LevelDB has written, and that is gone, cut or a directory; what else the file system says is not about damage. */
const GONE =
  /(CURRENT|MANIFEST-\d+|\d+\.(ldb|sst|log)): (No such file or directory|Invalid argument|Is a directory)/

/** abstract-level says that it is not open, and why as the cause. @returns what to throw */
export function explainLevelFailure(err: unknown): unknown {
  const failure = err as LevelError
  const reason = failure.code === 'LEVEL_DATABASE_NOT_OPEN' ? (failure.cause ?? failure) : failure
  if (reason instanceof EngineError) return reason
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
