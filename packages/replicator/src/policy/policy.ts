import type { Bytes, ProtocolStream } from '@manycore/hypercore-types'

/** Who is on the other end of a stream, as a policy sees it. One object a stream, the same at every call. */
export interface PolicyPeer {
  /** 32 bytes, authenticated by Noise; no policy is asked before the handshake is over */
  readonly remotePublicKey: Bytes
  readonly stream: ProtocolStream
  /** the application's own; kept as long as the stream */
  data: unknown
}

/** Which core it is about. */
export interface PolicyCore {
  /** 32 bytes; null when only the discovery key is known */
  readonly key: Uint8Array | null
  /** 32 bytes */
  readonly discoveryKey: Uint8Array
  /** blocks we know of */
  readonly length: number
  readonly writable: boolean
  /**
   * The name under which it is stored; null = none, or the source does not know. About a core with several names a
   * policy is asked once for each of them, and all its answers must be `true`.
   */
  readonly name: string | null
  /** 32 bytes, of the name; null = none */
  readonly namespace: Uint8Array | null
  /** all names of the core, the same whichever of them it is asked about */
  readonly names: readonly CoreName[]
}

/** One name of a core. */
export interface CoreName {
  readonly name: string
  /** 32 bytes */
  readonly namespace: Uint8Array
}

/**
 * Which cores go over which stream. What is left out allows, but `download` left out is what `access` says: who
 * may not have a core is not asked for it either. Only `true` allows; a call that throws or rejects, or has not
 * answered within `policyMs`, denies and is a 'core-error'. No policy at all: everybody who knows a core's key gets it, as in Corestore.
 */
export interface ReplicationPolicy {
  /** May we open this core towards this peer by ourselves? */
  announce?(core: PolicyCore, peer: PolicyPeer): boolean | Promise<boolean>
  /** The peer asks for this core, or for its blocks: may it have them? */
  access?(core: PolicyCore, peer: PolicyPeer): boolean | Promise<boolean>
  /** May we take this core's data from this peer? Left out: as `access`. */
  download?(core: PolicyCore, peer: PolicyPeer): boolean | Promise<boolean>
  /**
   * On each stream, cores with a higher number are attached and downloaded first: none of a core is requested while
   * the peer owes us data of a higher one. Asked when a core is attached. Default 0, also for what throws.
   */
  priority?(core: PolicyCore): number
}
