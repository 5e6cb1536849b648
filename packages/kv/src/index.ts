export type { LevelSizes } from './compaction/sizes.js'
export type { RandomAccess, RandomAccessStorage } from './disk/random-access.js'
export type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Entry, Op, Range } from './engine.js'
export { ENGINE_ERRORS, EngineError, isManycoreError } from './errors.js'
export type { EngineErrorCode } from './errors.js'
export { RandomAccessEngine } from './lsm/engine.js'
export type { RandomAccessEngineOptions } from './lsm/options.js'
export { MemoryEngine } from './memory/engine.js'
export type { MemoryEngineOptions } from './memory/engine.js'
export type { ArgumentError, ManycoreError, ManycoreErrorGuard } from '@manycore/ground'

// Also in @manycore/kv/kit.
export {
  Lifecycle,
  Tree,
  checkKeys,
  checkOps,
  checkRange,
  isRandomAccess,
  laterTurn,
  onLaterTurn,
  runtimeWithoutLibuv
} from './kit/index.js'

// Also in @manycore/kv/faults.
export { FaultEngine, FaultFiles, FaultPlan } from './faults/index.js'
export type { Fault, FaultAction, FaultFile, FaultHit, FaultOperation, PowerLoss } from './faults/index.js'
