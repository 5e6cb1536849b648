import { aBoolean, anObject, badArgument, bytes32, isPeerInfo, optional, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { ProtocolStream } from '@manycore/hypercore-types'
import type { ReplicationPolicy } from './policy/policy.js'

/** What `replicate()` takes beside the stream. */
export interface ReplicateOptions {
  /** false = on this stream no core is offered unasked; default true */
  active?: boolean
  /** narrows the replicator's; several: all must allow */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
  /** ms between keep-alive packets; false = off; true = the default of 5000, which is upstream's */
  keepAlive?: number | boolean
  /** the stream to use, when the first argument is a boolean */
  stream?: ProtocolStream
  /** Noise key pair of a stream that we make: 32 and 64 bytes; default: a new one */
  keyPair?: { publicKey: Uint8Array; secretKey: Uint8Array }
  /** 32 bytes; of a stream that we make */
  remotePublicKey?: Uint8Array
  /** Noise pattern of a stream that we make; default 'XX' */
  pattern?: string
  /** says nothing: every stream is live, as in Corestore 7 */
  live?: boolean | null
}

const TABLE: OptionTable<ReplicateOptions> = {
  active: optional(aBoolean),
  policy: null, // policy/ready-made.ts checks it
  keepAlive: optional((field, value) => {
    if (value === true) return undefined
    if (value === false || (typeof value === 'number' && value >= 0)) return value
    throw badArgument(field, 'a number of ms, or a boolean', value)
  }),
  stream: null, // streams/open-stream.ts checks it
  keyPair: optional(anObject),
  remotePublicKey: optional(bytes32),
  pattern: null,
  live: optional(aBoolean)
}

/**
 * Each option read once, by its name; a PeerInfo of Hyperswarm is none.
 * @param target  a boolean makes a new stream, which gets what is not named here
 * @throws BAD_ARGUMENT for a wrong value, or for a name that is none
 */
export function readReplicateOptions(target: unknown, opts: ReplicateOptions | undefined): ReplicateOptions {
  if (isPeerInfo(opts, Object.keys(TABLE))) return {}
  return readOptions(opts, TABLE, 'options', typeof target === 'boolean' ? 'keep' : 'refuse')
}
