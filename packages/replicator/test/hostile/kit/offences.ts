import type { ProtocolStream } from '@manycore/hypercore-types'
import type { Replicator, ReplicatorError } from '../../../src/index.js'

/** What a remote did that a limit stopped, or for which its stream was closed. */
export interface Offence {
  err: ReplicatorError
  stream: ProtocolStream | null
}

/** @returns fills from now on; a limit that closes a stream is in it once */
export function noteOffences(replicator: Replicator): Offence[] {
  const offences: Offence[] = []
  const note = (err: ReplicatorError, stream: ProtocolStream | null): void => {
    if (!offences.some((known) => known.err === err)) offences.push({ err, stream })
  }
  replicator.on('limited', (err, { stream }) => note(err, stream))
  replicator.on('stream-close', (stream, reason) => {
    if (reason !== null) note(reason, stream)
  })
  return offences
}
