export type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Entry, Op, Range } from './engine.js'
export { ENGINE_ERRORS, EngineError } from './errors.js'
export type { EngineErrorCode } from './errors.js'
export { MemoryEngine } from './memory-engine.js'
export type { MemoryEngineOptions } from './memory-engine.js'

// For authors of engines: arguments checked, calls counted, reads in a later macrotask, states in O(1).
export { checkKeys, checkOps, checkRange } from './check.js'
export { laterTurn, onLaterTurn } from './later-turn.js'
export { Lifecycle } from './lifecycle.js'
export { runtimeWithoutLibuv } from './lock/without-libuv.js'
export { Tree } from './tree.js'
export { RandomAccessEngine } from './random-access-engine.js'
export type { RandomAccessEngineOptions } from './random-access-options.js'
export type { RandomAccess, RandomAccessStorage } from './random-access.js'
export type { LevelSizes } from './level-sizes.js'

// For tests: another engine, or the files of one, with faults.
export { FaultEngine } from './fault-engine.js'
export { FaultFiles } from './fault-files.js'
export type { FaultFile } from './fault-file.js'
export type { PowerLoss } from './fault-loss.js'
export { FaultPlan } from './fault-plan.js'
export type { Fault, FaultAction, FaultHit, FaultOperation } from './faults.js'
