import { SessionsError } from '../errors.js'

/** What safety-catch 1.0.2 (index.js:3) takes for a bug in the program. */
function isBug(err: unknown): err is Error {
  if (!(err instanceof Error)) return false
  return (
    err instanceof TypeError ||
    err instanceof SyntaxError ||
    err instanceof ReferenceError ||
    err instanceof EvalError ||
    err instanceof RangeError ||
    err instanceof URIError ||
    (err as { code?: unknown }).code === 'ERR_ASSERTION' ||
    err.name === 'AssertionError'
  )
}

/**
 * The error to reject a session's preload with: `err`, wrapped when Hypercore would throw it once more as an
 * uncaught exception (hypercore 11.37.1 index.js:113), which ends the process although the caller handles it.
 */
export function rejectable(err: unknown): unknown {
  return isBug(err) ? new SessionsError('PRELOAD_FAILED', err.message, { cause: err }) : err
}
