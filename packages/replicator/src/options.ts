import { aBoolean, anObject, badArgument, bytes32, isPeerInfo, optional, readGiven } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { ProtocolStream } from '@manycore/hypercore-types'
import type { ReplicationPolicy } from './policy/policy.js'

/** What `replicate()` takes beside the stream. */
export interface ReplicateOptions {
  /** False: on this stream no core is offered unasked. */
  active?: boolean
  /** Narrows the policy of the replicator. If there are several, all must allow. */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
  /** How long from one keep-alive packet to the next; false is never, true is the default. */
  keepAlive?: number | boolean
  /** The stream to use if the first argument is a boolean. */
  stream?: ProtocolStream
  /** Noise key pair, of 32 and 64 bytes, of a stream that is made. */
  keyPair?: { publicKey: Uint8Array; secretKey: Uint8Array }
  /** 32 bytes, of a stream that is made: whom to expect, where the pattern wants that. */
  remotePublicKey?: Uint8Array
  /** Noise pattern of a stream that is made. */
  pattern?: string
  /** Changes nothing: every stream is live, as in Corestore 7. */
  live?: boolean | null
}

/** They are read with `readGiven()`: a stream of the caller's keeps what it has. */
export const REPLICATE_OPTIONS: OptionTable<ReplicateOptions> = {
  active: { check: optional(aBoolean), default: true },
  policy: { check: null, otherwise: 'that of the replicator' }, // policy/ready-made.ts checks it
  keepAlive: {
    check: optional((field, value) => {
      if (value === true) return undefined
      if (value === false || (typeof value === 'number' && value >= 0)) return value
      throw badArgument(field, 'a number of ms, or a boolean', value)
    }),
    otherwise: '5000, as in Hypercore',
    unit: 'ms'
  },
  stream: { check: null, otherwise: 'a new one' }, // streams/open-stream.ts checks it
  keyPair: { check: optional(anObject), otherwise: 'a new one' },
  remotePublicKey: { check: optional(bytes32), otherwise: 'whoever it is' },
  pattern: { check: null, default: 'XX' },
  live: { check: optional(aBoolean), otherwise: 'every stream is live' }
}

/**
 * Each option read once, by its name; a PeerInfo of Hyperswarm is none.
 * @param target  a boolean makes a new stream, which gets what is not named here
 * @throws BAD_ARGUMENT for a wrong value, or for a name that is none
 */
export function readReplicateOptions(target: unknown, opts: ReplicateOptions | undefined): ReplicateOptions {
  if (isPeerInfo(opts, Object.keys(REPLICATE_OPTIONS))) return {}
  return readGiven(opts, REPLICATE_OPTIONS, 'options', typeof target === 'boolean' ? 'keep' : 'refuse')
}
