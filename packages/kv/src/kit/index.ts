// @manycore/kv/kit, for authors of engines: arguments checked, calls counted, reads in a later macrotask, states in O(1).
export { isRandomAccess } from '../disk/random-access.js'
export type { RandomAccess } from '../disk/random-access.js'
export type { Op, Range } from '../engine.js'
export { checkKeys, checkOps, checkRange } from './check.js'
export { Lifecycle } from './lifecycle.js'
export { laterTurn, onLaterTurn, runtimeWithoutLibuv } from './runtime.js'
export { Tree } from './tree.js'
