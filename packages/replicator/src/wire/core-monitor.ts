import type { InnerCore, Peer } from '@manycore/hypercore-types'

export interface CoreListener {
  /** the core gave a block to a peer, or took one */
  block(direction: 'up' | 'down', bytes: number, peer: Peer): void
  /** what a peer sent was not taken: it is not what the core's key has signed, or it could not be stored */
  notTaken(err: Error, peer: Peer): void
  /** two histories of this length are signed; the core is closing. `proof` is the message with the second */
  conflict(length: number, proof: object): void
}

/**
 * What a core tells of its transfers goes to its monitors, which are sessions that somebody listens to: a list
 * (hypercore 11.37.1 lib/core.js:79), of whose members are used `emit`, `extensions`, `padding`
 * (lib/replicator.js:3276 to 3327) and `_monitorIndex`, kept by the list. A session for each core would cost a
 * hundred times as much as this.
 */
interface Monitor {
  _monitorIndex: number
  readonly padding: number
  readonly extensions: ReadonlyMap<string, unknown>
  emit(name: string, ...args: unknown[]): void
}

interface MonitoredCore {
  addMonitor(monitor: Monitor): void
  removeMonitor(monitor: Monitor): void
}

const NONE: ReadonlyMap<string, unknown> = new Map()

/** @returns ends it */
export function monitorCore(core: InnerCore, listener: CoreListener): () => void {
  const monitored = core as unknown as MonitoredCore
  const monitor: Monitor = {
    _monitorIndex: -1,
    padding: 0,
    extensions: NONE,
    emit(name, ...args) {
      if (name === 'upload') listener.block('up', args[1] as number, args[2] as Peer)
      else if (name === 'download') listener.block('down', args[1] as number, args[2] as Peer)
      else if (name === 'verification-error') listener.notTaken(args[0] as Error, args[3] as Peer)
      else if (name === 'conflict') listener.conflict(args[0] as number, args[2] as object)
    }
  }
  monitored.addMonitor(monitor)
  return () => monitored.removeMonitor(monitor)
}
