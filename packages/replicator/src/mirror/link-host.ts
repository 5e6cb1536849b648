import type { Clock } from '@manycore/ground'
import type { Lanes } from '../attach/lanes.js'
import type { ReplicatorError } from '../errors.js'
import type { OpenStream } from '../streams/stream-set.js'
import type { Catalog } from './cores/catalog.js'
import type { MayHave } from './indexes/peer-index.js'
import type { MirrorLink } from './link.js'
import type { Updates } from './updates.js'

/** What the links of all streams share: what they are told, and what becomes of it. */
export interface LinkHost {
  readonly catalog: Catalog
  readonly updates: Updates
  readonly clock: Clock
  readonly lanes: Lanes
  /** Whether changes are told as they come. */
  readonly isLive: boolean
  /** Whether the remote of a stream may have a core; null = all of them. */
  mayHave(record: OpenStream): MayHave | null
  /** The remote has of a core what we lack. @param isAgain  it could not be had before, and nothing has changed since */
  want(slot: number, link: MirrorLink, isAgain: boolean): void
  /** The remote is tried again, if it was given up. */
  readmit(link: MirrorLink): void
  /** What differs between us and a peer has changed. */
  moved(link: MirrorLink): void
  limited(err: ReplicatorError, link: MirrorLink): void
}
