export { Life } from './life.js'
export type { EngineLifeState, LifecycleCall } from './life.js'
export { testEngine } from './test-engine.js'
export type { Place, Subject, TestFunction } from './subject.js'
export { fails, ok, same } from './expect.js'

// What the types above are made of.
export type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Entry, Op, Range } from '@manycore/kv'
