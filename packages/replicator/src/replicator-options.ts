import { aBoolean, aClock, readOptions, systemClock } from '@manycore/ground'
import type { Clock, OptionTable } from '@manycore/ground'
import type { Limits } from './limits.js'
import type { ReplicationPolicy } from './policy/policy.js'

/** Options of `new Replicator(source, options)` and `Replicator.of(hypercores, options)`. */
export interface ReplicatorOptions {
  /** False: no core is offered unasked; remotes that ask are served. */
  active?: boolean
  /** Which cores go over which stream, to whom. If there are several, all must allow. */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
  /** What remotes may cost us. */
  limits?: Partial<Limits>
  /** Where the time comes from; for tests. */
  clock?: Clock
}

/** Options of `replicator.close()`. */
export interface CloseOptions {
  /** True: the streams that the replicator has made stay open as well. */
  leaveStreams?: boolean
}

const TABLE = {
  active: { check: aBoolean, default: true },
  policy: { check: null, otherwise: 'none: who knows the key of a core gets it' }, // policy/ready-made.ts checks it
  limits: { check: null, otherwise: 'see Limits' }, // limits.ts checks them
  clock: { check: aClock, default: systemClock }
} satisfies OptionTable<ReplicatorOptions>

const CLOSE = {
  leaveStreams: { check: aBoolean, default: false }
} satisfies OptionTable<CloseOptions>

/** @throws BAD_ARGUMENT */
export function readReplicatorOptions(
  opts: ReplicatorOptions | undefined
): ReplicatorOptions & Required<Pick<ReplicatorOptions, 'active' | 'clock'>> {
  return readOptions(opts, TABLE)
}

/** @throws BAD_ARGUMENT */
export function readCloseOptions(opts: CloseOptions | undefined): Required<CloseOptions> {
  return readOptions(opts, CLOSE)
}
