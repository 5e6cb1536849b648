import { ReplicatorError } from '../errors.js'

/** @param what  has gone wrong */
export function badMirror(what: string, cause?: Error): ReplicatorError {
  return new ReplicatorError('BAD_MIRROR', `mirroring has failed: ${what}`, { cause })
}
