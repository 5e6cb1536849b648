import type { Clock } from '@manycore/ground'
import type { InnerCore, Protomux } from '@manycore/hypercore-types'
import type { ReplicatorError } from '../../errors.js'
import type { Limits } from '../../options.js'
import type { Direction } from '../direction.js'
import type { CoreChannel, CorePeer, Handlers } from '../hypercore-peer.js'
import type { Inbox } from '../inbox.js'
import type { ChannelOptions, MuxCalls } from '../protomux.js'
import type { Work } from '../work.js'

/** Makes a channel of a core; null = there is one already. */
export type Make = (opts: ChannelOptions) => CoreChannel | null

/** One concern of the guard. Each part puts something around what is inside it, and may be left out. */
export interface Interceptor {
  /** for whoever reads the list */
  readonly name: string
  /** around what the remote says to the mux itself, and the making of channels: of any protocol */
  control?(inner: MuxCalls): Partial<MuxCalls>
  /** around the making of a core's channel */
  make?(inner: Make): Make
  /** around the handlers of cores' channels. These are the same for all of them, and so is what is put around them. */
  wrap?(inner: Handlers): Partial<Handlers>
  /** The guard was taken off the mux. */
  release?(): void
}

/** What the interceptors of one mux ask of whoever replicates over it. */
export interface Host {
  readonly mux: Protomux
  readonly limits: StreamLimits
  readonly clock: Clock
  /** What the stream costs: each message is spent or charged before it is worked on. */
  readonly work: Work
  /** What waits to be worked on. What costs more than a step may is done `inSteps()`. */
  readonly inbox: Inbox
  /** Says that the remote has reached a limit. @param channel  the core's; null = none is concerned */
  limited(err: ReplicatorError, channel: CoreChannel | null): void
  /** Closes the channel of a core for what its remote did, and says so. The stream ends if nobody minds the core. */
  closeChannel(err: ReplicatorError, channel: CoreChannel): void
  /** Gets a core's failure. @returns false if nobody minds this core: the stream ends */
  fail(err: Error, core: InnerCore): boolean
  /** Which way a core goes; null = both. */
  direction(discoveryKey: Uint8Array): Direction | null
  /** A channel opens, and its peer has done nothing yet. */
  opened(peer: CorePeer, core: InnerCore): void
  /** Something may have changed in where the two copies of a core stand. */
  moved(core: InnerCore): void
}

export type StreamLimits = Pick<
  Limits,
  'answerMs' | 'pendingOpens' | 'unreadAnswers' | 'requestsPerChannel' | 'pagesPerStream'
>
