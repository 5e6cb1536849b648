import { ReconcileError } from '../errors.js'
import { invalid } from './frame-reader.js'
import { WIRE_VERSION } from './ranges.js'

/** In the place of a version: the frame says which versions its sender speaks. Every version of the format has this frame. */
export const VERSIONS = 0

/** The versions of the wire format that a side speaks. */
export interface WireVersions {
  /** 1 to 255. */
  readonly oldest: number
  /** `oldest` to 255. */
  readonly newest: number
}

/** What is said in reply to a frame of another version: which ones we speak. */
export function versionsFrame(): Uint8Array {
  return Uint8Array.of(VERSIONS, WIRE_VERSION, WIRE_VERSION)
}

/**
 * Reads such a frame. What is behind its third byte belongs to later versions.
 * @throws FRAME_INVALID
 */
export function readVersions(bytes: Uint8Array): WireVersions {
  const [, oldest = 0, newest = 0] = bytes
  if (oldest === 0 || newest < oldest) throw invalid('it should say versions, and says none')
  if (oldest <= WIRE_VERSION && newest >= WIRE_VERSION)
    throw invalid(`it says that version ${WIRE_VERSION} is known, and does not speak it`)
  return { oldest, newest }
}

/** The error of a frame of another version. */
export function otherVersion(theirs: string): ReconcileError {
  return new ReconcileError('FRAME_VERSION', `the other side speaks ${theirs}, known is ${WIRE_VERSION}`)
}
