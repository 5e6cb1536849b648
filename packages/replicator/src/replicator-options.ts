import { aBoolean, aClock, readOptions } from '@manycore/ground'
import type { Clock, OptionTable } from '@manycore/ground'
import type { Limits } from './limits.js'
import type { ReplicationPolicy } from './policy/policy.js'

export interface ReplicatorOptions {
  /** false = offer no core unasked; remotes that ask are served. Default true. */
  active?: boolean
  /** which cores go over which stream; several: all must allow. Default: none, as in Corestore */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
  /** what remotes may cost us; defaults for those left out */
  limits?: Partial<Limits>
  /** for tests */
  clock?: Clock
}

/** Options of `replicator.close()`. */
export interface CloseOptions {
  /** true leaves the replicator's own streams open as well; default false */
  leaveStreams?: boolean
}

const TABLE: OptionTable<ReplicatorOptions> = {
  active: aBoolean,
  policy: null, // policy/ready-made.ts checks them
  limits: null, // limits.ts
  clock: aClock
}

const CLOSE: OptionTable<CloseOptions> = { leaveStreams: aBoolean }

/** @throws BAD_ARGUMENT */
export function readReplicatorOptions(opts: ReplicatorOptions | undefined): ReplicatorOptions {
  return readOptions(opts, TABLE)
}

/** @throws BAD_ARGUMENT */
export function readCloseOptions(opts: CloseOptions | undefined): CloseOptions {
  return readOptions(opts, CLOSE)
}
