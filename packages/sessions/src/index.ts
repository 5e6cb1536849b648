export { type Clock, systemClock } from './clock.js'
export { CloseSignal } from './early-close.js'
export { LINGER_MS } from './defaults.js'
export { SESSIONS_ERRORS, SessionsError, type SessionsErrorCode } from './errors.js'
export type { OpenCoreOptions } from './open-core-options.js'
export type { ScopeSessionOptions, SessionSource } from './scope-session-options.js'
export { type CoreHolder, SessionScope } from './session-scope.js'
export type { SessionTableEvents } from './session-table-events.js'
export { SessionTable } from './session-table.js'
export type { SessionTableOptions } from './session-table-options.js'

// What the types above are made of.
export type * from '@manycore/hypercore-types'
