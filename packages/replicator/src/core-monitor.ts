import type { InnerCore, Peer } from '@manycore/hypercore-types'

/** Gets each block that a core gives to a peer or takes from one. */
export type OnBlock = (direction: 'up' | 'down', bytes: number, peer: Peer) => void

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
  emit(name: string, index: unknown, byteLength: number, peer: Peer): void
}

interface MonitoredCore {
  addMonitor(monitor: Monitor): void
  removeMonitor(monitor: Monitor): void
}

const NONE: ReadonlyMap<string, unknown> = new Map()

/** @returns ends it */
export function monitorCore(core: InnerCore, onblock: OnBlock): () => void {
  const monitored = core as unknown as MonitoredCore
  const monitor: Monitor = {
    _monitorIndex: -1,
    padding: 0,
    extensions: NONE,
    emit(name, _index, byteLength, peer) {
      if (name === 'upload') onblock('up', byteLength, peer)
      else if (name === 'download') onblock('down', byteLength, peer)
    }
  }
  monitored.addMonitor(monitor)
  return () => monitored.removeMonitor(monitor)
}
