export { badArgument } from './errors.js'
export type { ArgumentError } from './errors.js'
export { callEach, careful, reportError } from './call-each.js'
export { Emitter, emitToEach } from './emitter.js'
export { laterTurn, onLaterTurn } from './later-turn.js'
export { nearestName } from './nearest-name.js'
export { isPeerInfo } from './peer-info.js'
export { Queue, Queues } from './queue.js'
export {
  aBoolean,
  aClock,
  aCount,
  aFunction,
  anEncryption,
  anObject,
  bytes32,
  optional
} from './option-checks.js'
export { readOptions, refuseUnknown } from './read-options.js'
export type { OptionTable } from './read-options.js'
