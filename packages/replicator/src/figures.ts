import b4a from 'b4a'
import type { InnerCore, Peer, ProtocolStream, Protomux } from '@manycore/hypercore-types'
import { badProof } from './bad-proofs.js'
import { senderOf } from './conflict-proofs.js'
import { monitorCore } from './core-monitor.js'
import { ReplicatorError } from './errors.js'
import type { ReplicatorEvents } from './replicator-events.js'
import type { OpenStream } from './stream-set.js'

/** Counted from the first attach; blocks as they go over the wire, with padding. */
export interface Figures {
  blocksUp: number
  bytesUp: number
  blocksDown: number
  bytesDown: number
  /** cores on the stream now, or streams that the core is on now */
  attached: number
  /** 'denied' events */
  denied: number
  /** 'core-error' events */
  errors: number
}

export interface StreamFigures extends Figures {
  readonly stream: ProtocolStream
  /** 32 bytes; null until the handshake is over */
  readonly remotePublicKey: Uint8Array | null
  /** opens by the remote that were refused: denied, detached, broken or not here */
  refused: number
  /** ms; null where the transport does not tell (it does over UDX, as with Hyperswarm) */
  readonly rttMs: number | null
}

export interface CoreFigures extends Figures {
  /** 32 bytes; null when only the discovery key is known */
  readonly key: Uint8Array | null
  /** 32 bytes */
  readonly discoveryKey: Uint8Array
}

/** What `stats()` gives: a copy. Sums include streams that have closed. */
export interface ReplicatorStats extends Figures {
  refused: number
  streams: StreamFigures[]
  /** cores that were attached or denied; they stay after they close */
  cores: CoreFigures[]
}

type Counted = Figures & { refused: number }

interface CountedCore {
  key: Uint8Array | null
  discoveryKey: Uint8Array
  counted: Counted
}

/** Gets why what a remote sent of a core was not taken, and who sent it, where that is known. */
type OnBadData = (err: Error, core: InnerCore, peer: Peer | null) => void

export class FigureBook {
  readonly #all = zeros()
  readonly #streams = new WeakMap<ProtocolStream, Counted>()
  readonly #muxes = new WeakMap<Protomux, Counted>()
  /** by hex discovery key */
  readonly #cores = new Map<string, CountedCore>()
  readonly #monitored = new WeakMap<InnerCore, () => void>()
  readonly #onbaddata: OnBadData

  constructor(onbaddata: OnBadData) {
    this.#onbaddata = onbaddata
  }

  open({ stream, mux }: OpenStream): void {
    const counted = zeros()
    this.#streams.set(stream, counted)
    this.#muxes.set(mux, counted)
  }

  refused(stream: ProtocolStream): void {
    this.#all.refused++
    const counted = this.#streams.get(stream)
    if (counted) counted.refused++
  }

  note<K extends keyof ReplicatorEvents>(event: K, args: ReplicatorEvents[K]): void {
    if (event === 'attach') this.#monitor(args[0] as InnerCore)
    else if (event === 'denied') {
      const [core, stream] = args as ReplicatorEvents['denied']
      this.#count('denied', this.#core(core).counted, stream)
    } else if (event === 'core-error') {
      const [, { discoveryKey, stream }] = args as ReplicatorEvents['core-error']
      const core = discoveryKey && this.#cores.get(b4a.toString(discoveryKey, 'hex'))
      this.#count('errors', core ? core.counted : null, stream)
    }
  }

  stats(streams: Iterable<OpenStream>, cores: readonly InnerCore[]): ReplicatorStats {
    const all: ReplicatorStats = { ...this.#all, streams: [], cores: [] }
    const attached = new Map<string, number>()
    for (const { stream, mux, noise, attached: ours } of streams) {
      const counted = { ...(this.#streams.get(stream) ?? zeros()) }
      for (const core of cores) {
        if (!ours.has(core) || !core.replicator.attached(mux)) continue
        const id = b4a.toString(core.discoveryKey, 'hex')
        attached.set(id, (attached.get(id) ?? 0) + 1)
        counted.attached++
      }
      all.attached += counted.attached
      const { remotePublicKey } = noise
      all.streams.push({ ...counted, stream, remotePublicKey, rttMs: roundTrip(stream) })
    }
    for (const [id, { key, discoveryKey, counted }] of this.#cores) {
      const { refused: _, ...figures } = counted
      all.cores.push({ ...figures, attached: attached.get(id) ?? 0, key, discoveryKey })
    }
    return all
  }

  close(cores: Iterable<InnerCore>): void {
    for (const core of cores) {
      this.#monitored.get(core)?.()
      this.#monitored.delete(core)
    }
  }

  #count(what: 'denied' | 'errors', core: Counted | null, stream: ProtocolStream | null): void {
    this.#all[what]++
    if (core !== null) core[what]++
    const counted = stream === null ? undefined : this.#streams.get(stream)
    if (counted) counted[what]++
  }

  #core(core: InnerCore): CountedCore {
    const id = b4a.toString(core.discoveryKey, 'hex')
    let known = this.#cores.get(id)
    if (known === undefined) {
      known = { key: core.key, discoveryKey: core.discoveryKey, counted: zeros() }
      this.#cores.set(id, known)
    }
    return known
  }

  #monitor(core: InnerCore): void {
    const { counted } = this.#core(core)
    if (this.#monitored.has(core)) return
    const release = monitorCore(core, {
      block: (direction, bytes, { protomux }) => {
        const stream = this.#muxes.get(protomux)
        if (stream === undefined) return // another replicator's
        for (const one of [this.#all, stream, counted]) add(one, direction, bytes)
      },
      notTaken: (cause, peer) => {
        this.#onbaddata(badProof(cause), core, peer)
      },
      conflict: (length, proof) => {
        const message = `two histories of length ${length} are signed`
        this.#onbaddata(new ReplicatorError('CONFLICT', message), core, senderOf(proof))
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

/** Of a UDX stream below the encryption; a TCP socket or a pipe does not know. */
function roundTrip({ noiseStream }: ProtocolStream): number | null {
  const { rawStream } = noiseStream as unknown as { rawStream?: { udx?: unknown; rtt?: unknown } | null }
  return rawStream?.udx && typeof rawStream.rtt === 'number' ? rawStream.rtt : null
}
