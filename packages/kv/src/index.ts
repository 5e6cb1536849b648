export type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Entry, Op, Range } from './engine.js'
export { ENGINE_ERRORS, EngineError } from './errors.js'
export type { EngineErrorCode } from './errors.js'
export { MemoryEngine } from './memory/engine.js'
export type { MemoryEngineOptions } from './memory/engine.js'

// For authors of engines: arguments checked, calls counted, reads in a later macrotask, states in O(1).
export { checkKeys, checkOps, checkRange } from './kit/check.js'
export { laterTurn, onLaterTurn } from './kit/later-turn.js'
export { Lifecycle } from './kit/lifecycle.js'
export { runtimeWithoutLibuv } from './kit/without-libuv.js'
export { Tree } from './kit/tree.js'
export { RandomAccessEngine } from './lsm/engine.js'
export type { RandomAccessEngineOptions } from './lsm/options.js'
export type { RandomAccess, RandomAccessStorage } from './disk/random-access.js'
export type { LevelSizes } from './compaction/sizes.js'

// For tests: another engine, or the files of one, with faults.
export { FaultEngine } from './faults/engine.js'
export { FaultFiles } from './faults/files.js'
export type { FaultFile } from './faults/file.js'
export type { PowerLoss } from './faults/loss.js'
export { FaultPlan } from './faults/plan.js'
export type { Fault, FaultAction, FaultHit, FaultOperation } from './faults/fault.js'
