import type { Hypercore } from '@manycore/hypercore-types'
import { SessionsError } from '../errors.js'
import { readScopeSessionOptions } from './options.js'

/** A promise that rejects with SESSION_CLOSED when it is told to. */
export class CloseSignal {
  readonly closed: Promise<never>
  #reject!: (err: Error) => void

  constructor() {
    this.closed = new Promise((_, reject) => (this.#reject = reject))
    this.closed.catch(() => {}) // perhaps nobody waits
  }

  readonly tell = (): void => {
    this.#reject(
      new SessionsError('SESSION_CLOSED', 'the session was closed while it waited for its preload')
    )
  }
}

/**
 * Lets a session be closed while it waits for a promise that may never settle: Hypercore's close() waits for the
 * opening first (hypercore 11.39.5 index.js, _close). The same for the sessions that are made from it meanwhile, which
 * wait for the same promise.
 * @param onclose   called by close() while the session opens; its opening must reject then, or go on
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
    const { preload } = session as unknown as { preload: Promise<object> | null }
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
