import { EngineError } from '@manycore/kv'

interface LevelError extends Error {
  readonly code?: string
  readonly cause?: LevelError
}

/** abstract-level says that it is not open, and why as the cause. @returns what to throw */
export function explainLevelFailure(err: unknown): unknown {
  const failure = err as LevelError
  const code = failure.code === 'LEVEL_DATABASE_NOT_OPEN' ? failure.cause?.code : failure.code
  if (code === 'LEVEL_LOCKED') {
    return new EngineError('ELOCKED', 'the level database is open elsewhere', { cause: err })
  }
  if (code === 'LEVEL_CORRUPTION') {
    const { message } = failure.cause ?? failure
    return new EngineError('ENGINE_CORRUPT', `the level database is damaged: ${message}`, { cause: err })
  }
  return err
}
