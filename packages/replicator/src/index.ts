export { Replicator } from './replicator.js'
export type { CloseOptions, Limits, ReplicateOptions, ReplicatorOptions } from './options.js'
export type { CoreErrorInfo, ReplicatorEvents } from './events.js'
export { HypercoreSet } from './source/hypercore-set.js'
export type { HypercoreSetEvents } from './source/hypercore-set.js'
export type { CoreName, CoreSource, LoadedCores } from './source/core-source.js'
export type { MirrorOptions } from './mirror/options.js'
export type {
  ChangePlace,
  StoredChange,
  StoredChanges,
  StoredCopy,
  StoredCopies
} from './mirror/stored-copies.js'
export type { OrderedStore, StoreEntry, StoreIterator, StoreOp } from '@manycore/reconcile'
export { readReplicateOptions } from './options.js'
export type { Check, Option, OptionTable } from '@manycore/ground'
export type { StreamRecord } from './streams/stream-set.js'
export type { Stall } from './streams/stalled-streams.js'
export { REPLICATOR_ERRORS, ReplicatorError, isManycoreError } from './errors.js'
export type { BadArgumentError, ReplicatorErrorCode } from './errors.js'
export type { ArgumentError, Clock, ManycoreError, ManycoreErrorGuard } from '@manycore/ground'
export type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy/policy.js'
export type { PolicyChange } from './policy/policy-change.js'
export {
  allOf,
  allowNamespaces,
  allowPeers,
  downloadOnly,
  publisher,
  readOnlyMirror,
  uploadOnly
} from './policy/ready-made.js'
export type { Amount, CoreSync, StreamSync, SyncView } from './sync/sync-view.js'
export type { ActiveFor } from './attach/offers.js'
export type { CoreFigures, Figures, ReplicatorStats, StreamFigures } from './stats/figures.js'

// What the types above are made of.
export type * from '@manycore/hypercore-types'
