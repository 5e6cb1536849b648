import type { Hypercore } from '@manycore/hypercore-types'
import { SessionsError } from '../errors.js'
import { preloadOf } from '../upstream/session.js'
import { readScopeSessionOptions } from './options.js'

/** A promise that rejects with SESSION_CLOSED when it is told to. */
export class CloseSignal {
  /** Whether the session is to close. */
  readonly closed: Promise<never>
  #reject!: (err: Error) => void

  constructor() {
    this.closed = new Promise((_, reject) => (this.#reject = reject))
    this.closed.catch(() => {}) // perhaps nobody waits
  }

  /** Says that the session is to close. */
  readonly tell = (): void => {
    this.#reject(
      new SessionsError('SESSION_CLOSED', 'the session was closed while it waited for its preload')
    )
  }
}

/**
 * Lets a session be closed while it waits for a promise that may never settle: Hypercore's own close() waits for the
 * opening first (`Hypercore._close`). Sessions that are made from it meanwhile wait for the same promise, and can be
 * closed as well.
 * @param onclose   called by close() while the session opens; the opening must then reject, or go on
 * @param onderive  called with each session that is made from it meanwhile
 */
export function closeEarly(
  session: Hypercore<unknown>,
  onclose: () => void,
  onderive: (derived: Hypercore<unknown>) => void
): void {
  const { close, session: derive } = session
  session.close = (...args) => {
    onclose()
    return close.apply(session, args)
  }
  session.session = ((opts: object = {}) => {
    const preload = preloadOf(session)
    if (preload === null) return derive.call(session, opts)
    const signal = new CloseSignal()
    const derived = derive.call(session, {
      ...readScopeSessionOptions(opts),
      preload: Promise.race([preload, signal.closed])
    } as object)
    closeEarly(derived, signal.tell, onderive)
    onderive(derived)
    return derived
  }) as typeof derive
  const restore = (): void => {
    Reflect.deleteProperty(session, 'close')
    Reflect.deleteProperty(session, 'session')
  }
  session.opening!.then(restore, restore)
}

/**
 * The error to reject a session's preload with: `err`, or a PRELOAD_FAILED around it if Hypercore would also throw it as
 * an uncaught exception (its constructor passes what rejects the opening to safety-catch), which ends the process
 * although the caller handles the rejection.
 */
export function rejectable(err: unknown): unknown {
  return isBug(err) ? new SessionsError('PRELOAD_FAILED', err.message, { cause: err }) : err
}

/** Does safety-catch 1.0.2 take this for a bug in the program (`isActuallyUncaught`)? */
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
