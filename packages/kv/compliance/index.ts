export { testEngine } from './test-engine.js'
export type { Place, Subject, TestFunction } from './subject.js'
export { fails, ok, same } from './expect.js'
