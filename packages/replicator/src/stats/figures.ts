import type { Bytes, InnerCore, NoiseStream, Peer, ProtocolStream } from '@manycore/hypercore-types'
import { roundTrip } from '../wire/secret-stream.js'
import { badProof, forgive, senderOf } from '../wire/interceptors/proofs.js'
import { monitorCore } from '../wire/core-monitor.js'
import { ReplicatorError } from '../errors.js'
import type { ReplicatorEvents } from '../events.js'
import type { OpenStream } from '../streams/stream-set.js'

/**
 * What was counted, from the first attach on; of a core, from the first since it was loaded. Blocks are counted
 * as they go over the wire, with padding.
 */
export interface Figures {
  /** Blocks sent. */
  blocksUp: number
  /** Bytes of the blocks sent. */
  bytesUp: number
  /** Blocks received. */
  blocksDown: number
  /** Bytes of the blocks received. */
  bytesDown: number
  /** How many cores are on the stream now, or on how many streams the core is now. */
  attached: number
  /** How many 'denied' events there were. */
  denied: number
  /** How many failures there were: 'core-error' events, and wrong proofs in too quick a succession for one each. */
  errors: number
}

/** Figures of one open stream. */
export interface StreamFigures extends Figures {
  /** The stream. */
  readonly stream: ProtocolStream
  /** 32 bytes; null until the handshake is over. */
  readonly remotePublicKey: Bytes | null
  /** How many opens by the remote were refused: denied, detached, broken or not here. */
  refused: number
  /**
   * Round-trip time in milliseconds; null if the transport does not tell (over UDX, as with Hyperswarm, it
   * does).
   */
  readonly rttMs: number | null
}

/** Figures of one core. */
export interface CoreFigures extends Figures {
  /** 32 bytes; null if only the discovery key is known. */
  readonly key: Uint8Array | null
  /** 32 bytes. */
  readonly discoveryKey: Uint8Array
}

/** What `stats()` gives: a copy. Sums include streams that have closed. */
export interface ReplicatorStats extends Figures {
  /** How many opens by remotes were refused: denied, detached, broken or not here. */
  refused: number
  /** The open streams, in no order. */
  streams: StreamFigures[]
  /** Loaded cores that were attached or denied. The figures of a core go when it closes; the sums keep them. */
  cores: CoreFigures[]
}

type Counted = Figures & { refused: number }

/** Gets why data of a core was not taken, from whom it came, if that is known, and whether we had asked for it. */
type OnBadData = (err: Error, core: InnerCore, peer: Peer | null, isAnswer: boolean) => void

/** The figures of a core or stream are kept as long as it is. Only the sums last. */
export class FigureBook {
  readonly #all = zeros()
  readonly #streams = new WeakMap<ProtocolStream, Counted>()
  readonly #noises = new WeakMap<NoiseStream, Counted>()
  readonly #cores = new WeakMap<InnerCore, Counted>()
  readonly #monitored = new WeakMap<InnerCore, () => void>()

  open({ stream, noise }: OpenStream): void {
    const counted = zeros()
    this.#streams.set(stream, counted)
    this.#noises.set(noise, counted)
  }

  refused(stream: ProtocolStream): void {
    this.#all.refused++
    const counted = this.#streams.get(stream)
    if (counted) counted.refused++
  }

  /** Counts a failure for its core. For the stream, the 'core-error' counts. */
  failed(core: InnerCore): void {
    this.#core(core).errors++
  }

  /** Counts a failure without a 'core-error'. */
  failedAgain(core: InnerCore, stream: ProtocolStream | null): void {
    this.failed(core)
    this.#count('errors', stream)
  }

  note<K extends keyof ReplicatorEvents>(event: K, args: ReplicatorEvents[K]): void {
    if (event === 'denied') {
      const [core, stream] = args as ReplicatorEvents['denied']
      this.#core(core).denied++
      this.#count('denied', stream)
    } else if (event === 'core-error') {
      const [, { stream }] = args as ReplicatorEvents['core-error']
      this.#count('errors', stream)
    }
  }

  /** What has come over an open stream. */
  received(stream: ProtocolStream): { blocks: number; bytes: number } {
    const { blocksDown, bytesDown } = this.#streams.get(stream) ?? zeros()
    return { blocks: blocksDown, bytes: bytesDown }
  }

  stats(streams: Iterable<OpenStream>, cores: readonly InnerCore[]): ReplicatorStats {
    const all: ReplicatorStats = { ...this.#all, streams: [], cores: [] }
    const attached = new Map<InnerCore, number>()
    for (const { stream, muxes, noise, attached: ours } of streams) {
      const counted = { ...(this.#streams.get(stream) ?? zeros()) }
      for (const core of cores) {
        if (!ours.has(core) || ![...muxes].some((mux) => core.replicator.attached(mux))) continue
        attached.set(core, (attached.get(core) ?? 0) + 1)
        counted.attached++
      }
      all.attached += counted.attached
      const { remotePublicKey } = noise
      all.streams.push({ ...counted, stream, remotePublicKey, rttMs: roundTrip(noise) })
    }
    for (const core of cores) {
      const counted = this.#cores.get(core)
      if (counted === undefined) continue
      const { refused: _, ...figures } = counted
      const { key, discoveryKey } = core
      all.cores.push({ ...figures, attached: attached.get(core) ?? 0, key, discoveryKey })
    }
    return all
  }

  close(cores: Iterable<InnerCore>): void {
    for (const core of cores) {
      this.#monitored.get(core)?.()
      this.#monitored.delete(core)
    }
  }

  #count(what: 'denied' | 'errors', stream: ProtocolStream | null): void {
    this.#all[what]++
    const counted = stream === null ? undefined : this.#streams.get(stream)
    if (counted) counted[what]++
  }

  #core(core: InnerCore): Counted {
    const known = this.#cores.get(core)
    if (known !== undefined) return known
    const counted = zeros()
    this.#cores.set(core, counted)
    return counted
  }

  /** Counts what a core gives and takes from now on. */
  watch(core: InnerCore, onbaddata: OnBadData): void {
    const counted = this.#core(core)
    if (this.#monitored.has(core)) return
    const release = monitorCore(core, {
      block: (direction, bytes, peer) => {
        if (direction === 'down') forgive(peer)
        const stream = this.#noises.get(peer.protomux.stream)
        if (stream === undefined) return // another replicator's stream
        for (const one of [this.#all, stream, counted]) add(one, direction, bytes)
      },
      notTaken: (cause, peer, isAnswer) => {
        onbaddata(badProof(cause), core, peer, isAnswer)
      },
      conflict: (length, proof) => {
        const message = `two histories of length ${length} are signed`
        onbaddata(new ReplicatorError('CONFLICT', message), core, senderOf(proof), false)
      }
    })
    this.#monitored.set(core, release)
  }
}

function add(counted: Counted, direction: 'up' | 'down', bytes: number): void {
  if (direction === 'up') {
    counted.blocksUp++
    counted.bytesUp += bytes
  } else {
    counted.blocksDown++
    counted.bytesDown += bytes
  }
}

function zeros(): Counted {
  const traffic = { blocksUp: 0, bytesUp: 0, blocksDown: 0, bytesDown: 0 }
  return { ...traffic, attached: 0, denied: 0, refused: 0, errors: 0 }
}
