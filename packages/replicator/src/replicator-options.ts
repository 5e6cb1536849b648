import type { Clock } from './clock.js'
import type { ReplicationPolicy } from './policy.js'

export interface ReplicatorOptions {
  /** false = offer no core unasked; remotes that ask are served. Default true. */
  active?: boolean
  /** which cores go over which stream; several: all must allow. Default: none, as in Corestore */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
  /** for tests */
  clock?: Clock
}
