import type { InnerCore, Peer } from '@manycore/hypercore-types'

/** What a core tells of its transfers. Called inside the core's own work. */
export interface CoreListener {
  /** The core gave a block to a peer, or took one. */
  block(direction: 'up' | 'down', bytes: number, peer: Peer): void
  /**
   * What a peer sent was not taken: it is not what the core's key has signed, or it could not be stored.
   * @param isAnswer  We had asked for it.
   */
  notTaken(err: Error, peer: Peer, isAnswer: boolean): void
  /** Two histories of this length are signed; the core is closing. @param proof  the message with the second one */
  conflict(length: number, proof: object): void
}

/**
 * What a core tells goes to its monitors, a list of sessions that somebody listens to. These are the members of a session
 * that it uses (`Replicator._onpeerupdate()`, `_ondownload()` and others of hypercore 11.39.5 lib/replicator.js). A session
 * per core would cost a hundred times as much as this.
 */
interface Monitor {
  /** Its place in the list, which the list keeps. */
  _monitorIndex: number
  readonly padding: number
  readonly extensions: ReadonlyMap<string, unknown>
  emit(name: string, ...args: unknown[]): void
}

/**
 * What is used of Hypercore's Core (lib/core.js) that is nobody's interface.
 * @upstream hypercore Core
 */
interface MonitoredCore {
  addMonitor(monitor: Monitor): void
  removeMonitor(monitor: Monitor): void
}

const NONE: ReadonlyMap<string, unknown> = new Map()

/** @returns a function that stops listening */
export function monitorCore(core: InnerCore, listener: CoreListener): () => void {
  const monitored = core as unknown as MonitoredCore
  const monitor: Monitor = {
    _monitorIndex: -1,
    padding: 0,
    extensions: NONE,
    emit(name, ...args) {
      if (name === 'upload') listener.block('up', args[1] as number, args[2] as Peer)
      else if (name === 'download') listener.block('down', args[1] as number, args[2] as Peer)
      else if (name === 'verification-error') {
        listener.notTaken(args[0] as Error, args[3] as Peer, args[1] !== null)
      } else if (name === 'conflict') listener.conflict(args[0] as number, args[2] as object)
    }
  }
  monitored.addMonitor(monitor)
  return () => monitored.removeMonitor(monitor)
}
