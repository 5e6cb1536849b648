import type { Queue } from '@manycore/ground'
import type { OpenStream } from '../../streams/stream-set.js'
import type { Line, Seat } from '../../wire/mirror/mirror-channel.js'
import type { Catalog } from '../cores/catalog.js'
import type { Elements } from '../elements.js'
import type { PeerIndex } from '../indexes/peer-index.js'
import type { Updates } from '../updates.js'
import type { Ways } from './ways.js'

/** What all pairs of one stream share. */
export interface PairHost {
  readonly record: OpenStream
  readonly catalog: Catalog
  readonly updates: Updates
  /** Whether changes are told as they come. */
  readonly isLive: boolean
  readonly seat: Pick<Seat, 'isShared'>
  /** What has come is worked on in order. */
  readonly incoming: Queue
  /** How one speaks of cores on this stream. */
  readonly elements: Elements
  /** Which ways cores may go on this stream, as our policies say. */
  readonly ways: Ways
  /** Resolves once the index of the peer has all that the peer may have. */
  prepare(): Promise<PeerIndex>
  /** The remote has told of another state of a core. */
  retry(slot: number): void
  /** Resolves once the stream takes more, or is over. */
  drained(): Promise<void>
  moved(): void
  /** The other mirror has left, or could not compare. */
  over(line: Line, reason: Error | null): void
  /** @returns whether it is mended, and everything begins anew */
  mend(err: Error): boolean
  failed(cause: Error, line: Line): void
}
