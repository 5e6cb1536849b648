import { isPeerInfo, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { ReplicateOptions } from '@manycore/replicator'

/** The replicator checks them. */
const TABLE: OptionTable<ReplicateOptions> = {
  active: null,
  policy: null,
  keepAlive: null,
  stream: null,
  keyPair: null,
  remotePublicKey: null,
  pattern: null,
  live: null
}

/**
 * Each option read once, by its name; a PeerInfo of Hyperswarm is none.
 * @param target  a boolean makes a new stream, which gets what is not named here
 * @throws BAD_ARGUMENT for a name that is none
 */
export function readReplicateOptions(target: unknown, opts: ReplicateOptions | undefined): ReplicateOptions {
  if (isPeerInfo(opts, Object.keys(TABLE))) return {}
  return readOptions(opts, TABLE, 'options', typeof target === 'boolean' ? 'keep' : 'refuse')
}
