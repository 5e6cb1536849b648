export { BoundedMap, BoundedSet } from './bounded.js'
export { callEach, careful, reportError } from './call-each.js'
export { MAX_TIMER_MS, systemClock } from './clock.js'
export type { Clock } from './clock.js'
export { closeAll } from './close-all.js'
export { Emitter, emitToEach } from './emitter.js'
export { ArgumentError, CodedError, badArgument, isManycoreError } from './errors.js'
export type { ErrorDetails, ManycoreError, ManycoreErrorGuard } from './errors.js'
export { laterTurn, onLaterTurn } from './time.js'
export { nearestName } from './nearest-name.js'
export { isPeerInfo } from './peer-info.js'
export { Queue, Queues } from './steps.js'
export {
  aBoolean,
  aClock,
  aCount,
  aFunction,
  aSize,
  anEncryption,
  anInteger,
  anObject,
  bytes32,
  optional
} from './option-checks.js'
export { defaultsOf, readGiven, readOptions, refuseUnknown } from './read-options.js'
export type { Check, Option, OptionTable } from './read-options.js'
