export { type Clock, systemClock } from '@manycore/ground'
export { CloseSignal } from './scope/preload.js'
export { LINGER_MS, MAX_OPEN_CORES } from './defaults.js'
export { SESSIONS_ERRORS, SessionsError, isManycoreError, type SessionsErrorCode } from './errors.js'
export type { ArgumentError, ManycoreError, ManycoreErrorGuard } from '@manycore/ground'
export type { OpenCoreOptions } from './table/core-options.js'
export type { ScopeSessionOptions, SessionSource } from './scope/options.js'
export { type CoreHolder, SessionScope } from './scope/session-scope.js'
export { SessionTable } from './table/session-table.js'

// What Hypercore takes, for packages that read its options before they pass them on.
export { SESSION_OPTIONS } from './scope/options.js'
export { CORE_OPTIONS } from './table/core-options.js'
export type { Check, Option, OptionTable } from '@manycore/ground'
export type { SessionTableEvents, SessionTableOptions, SessionTableStats } from './table/options.js'

// What the types above are made of.
export type * from '@manycore/hypercore-types'
