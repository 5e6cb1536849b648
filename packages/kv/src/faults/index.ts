// @manycore/kv/faults, for tests: another engine, or the files of one, with faults.
export type { RandomAccess } from '../disk/random-access.js'
export type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Entry, Op, Range } from '../engine.js'
export { FaultEngine } from './engine.js'
export type { Fault, FaultAction, FaultHit, FaultOperation } from './fault.js'
export type { FaultFile } from './files.js'
export { FaultFiles } from './files.js'
export type { PowerLoss } from './loss.js'
export { FaultPlan, randomNumbers } from './plan.js'
