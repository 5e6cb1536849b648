export { BoundedMap, BoundedSet } from './bounded.js'
export { callEach, careful, reportError } from './call-each.js'
export { Emitter, emitToEach } from './emitter.js'
export { ArgumentError, CodedError, badArgument, isManycoreError } from './errors.js'
export type { ErrorDetails, ManycoreError, ManycoreErrorGuard } from './errors.js'
export {
  aBoolean,
  aClock,
  aCount,
  aFunction,
  aSize,
  anEncryption,
  anInteger,
  anObject,
  bytes,
  bytes32,
  isPeerInfo,
  optional
} from './option-checks.js'
export { defaultsOf, nearestName, readGiven, readOptions, refuseUnknown } from './read-options.js'
export type { Check, Option, OptionTable } from './read-options.js'
export { Queue, Queues, closeAll, forEach } from './steps.js'
export { MAX_TIMER_MS, laterTurn, onLaterTurn, systemClock } from './time.js'
export type { Clock } from './time.js'
export { U48_BYTES, readU48, writeU48 } from './u48.js'
