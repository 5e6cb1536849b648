import { isPeerInfo, readGiven } from '@manycore/ground'
import { REPLICATE_OPTIONS } from '@manycore/replicator'
import type { ReplicateOptions } from '@manycore/replicator'

/**
 * Each option read once, by its name; a PeerInfo of Hyperswarm is none.
 * @param target  a boolean makes a new stream, which gets what is not named here
 * @throws BAD_ARGUMENT for a wrong value, or for a name that is none
 */
export function readReplicateOptions(target: unknown, opts: ReplicateOptions | undefined): ReplicateOptions {
  if (isPeerInfo(opts, Object.keys(REPLICATE_OPTIONS))) return {}
  return readGiven(opts, REPLICATE_OPTIONS, 'options', typeof target === 'boolean' ? 'keep' : 'refuse')
}
