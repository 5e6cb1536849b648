import { CodedError, isManycoreError as isOurs } from '@manycore/ground'
import type { ArgumentError, ManycoreErrorGuard } from '@manycore/ground'

/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const REPLICATOR_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type, length or value, or no option has that name. A TypeError; `field` names it.',
  BAD_CLAIM:
    'A remote says that it has a block and that the core is shorter, or claims more pieces of what is not proved than any Hypercore has. The core is closed for it.',
  BAD_FRAME:
    'A remote sent a message that cannot be decoded, or that has an impossible size or place. Its stream is closed.',
  BAD_MIRROR:
    'A remote mirrors in a way that breaks the protocol, or a comparison with it has failed. The stream goes on without.',
  BAD_PROOF:
    'A remote sent data that the key of the core has not signed. It was not taken, and the stream goes on.',
  CONFLICT: 'The key of a core has signed two histories. Hypercore closes the core for good.',
  DUPLICATE_CORE: 'Another core with the same discovery key is in the set already.',
  HANDSHAKE_FAILED:
    'The Noise handshake of a stream failed, for example because both ends are the initiator. The stream is closed.',
  INVALID_CAPABILITY: 'A remote opens a core whose key it does not know. Its stream is closed.',
  OPENS_WAIT:
    'Many opens of a remote have waited for seconds, because a policy or the storage does not answer. Nothing is refused for it.',
  POLICY_LOOP:
    'A policy changed the policies again and again while its answer about a core was awaited. The core is denied.',
  POLICY_TIMEOUT: 'A policy did not answer about a core in time. The core is denied until the answer comes.',
  REPLICATOR_CLOSED: 'The call came after close().',
  SLOWED:
    'A remote keeps sending more that proves nothing than is worked on. Its messages wait, and others come first.',
  TOO_MANY_BYTES:
    'Frames that are not whole, or wait, hold more memory than the limit allows for one stream or for all. The stream that makes the least progress is closed.',
  TOO_MANY_CORES:
    'As many cores are open for one remote as the limit allows. One was closed for another, or one was not opened.',
  TOO_MANY_OPENS:
    'A remote opens more channels at once than the limit allows, or sends too much for those that are not open yet. They are not opened, or its stream is closed.',
  TOO_MANY_PAGES:
    'The blocks that a remote claims lie in more bitfield pages than the limit allows. Its stream is closed.',
  TOO_MANY_REQUESTS:
    'More requests of a remote for blocks of one core wait for an answer than the limit allows. Its stream is closed.',
  TOO_MANY_WANTS:
    'A remote asks which blocks are here, does not read the answers, and has more such questions wait than any Hypercore. Its stream is closed.',
  TOO_MUCH_WORK:
    'A remote has cost more work than it may without proving anything; `discoveryKey` names the core that was charged most. Its stream is closed.',
  UNANSWERED:
    'A remote has not answered requests of ours in time that another one could answer, which is asked. Nothing is closed.',
  UNDELIVERED:
    'A remote says again and again that it has more of cores than is here, and does not give it. Others come first, and it is tried again later. Nothing is closed.',
  UNREAD_ANSWERS:
    'A remote does not read, and too much that we have to say to it waits: answers to its opens, requests, pushed blocks or ranges. Its stream is closed.'
} as const

/** A code of `REPLICATOR_ERRORS`. */
export type ReplicatorErrorCode = keyof typeof REPLICATOR_ERRORS

/** What this package throws or emits when the call was well formed and could not be carried out. */
export class ReplicatorError extends CodedError<ReplicatorErrorCode> {
  /** Always 'ReplicatorError'. */
  override readonly name = 'ReplicatorError'
}

/**
 * Is this an error of a Manycore package, and has it one of these codes? None means any. It does not matter which
 * package threw it, or which copy of the package. False for what others throw: Node, Hypercore, RocksDB.
 */
export const isManycoreError: ManycoreErrorGuard<ReplicatorErrorCode> = isOurs

/** @deprecated It is `ArgumentError` in every package now; this name goes with the next minor version. */
export type BadArgumentError = ArgumentError
