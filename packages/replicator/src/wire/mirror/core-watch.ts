import Hypercore from 'hypercore'
import type { Hypercore as Session, InnerCore, Protomux } from '@manycore/hypercore-types'
import type { CorePeer } from '../hypercore-peer.js'

/**
 * What is used of Hypercore's Replicator (hypercore 11.39.5 lib/replicator.js) that is nobody's interface.
 * @upstream hypercore Replicator
 */
interface WatchedReplicator {
  /** How many sessions want data. */
  readonly activeSessions: number
  /** A session begins to want data, or ends. @arity 2 */
  updateActivity(inc: number, session?: object): void
  /** Called by the core when blocks have come or gone. @arity 2 */
  onhave(start: number, length: number, drop?: boolean): void
  /** Called by the core when it has become longer. */
  onupgrade(): void
  /** Called by the core when it has become shorter. */
  ontruncate(newLength: number, truncated: number): void
  /** Runs while no session wants data any more, and peers are not told yet. */
  _notDownloadingTimer: unknown
  /** Tells peers whether we want data, and closes the channels of those that want none either. */
  _setDownloadingNow(downloading: boolean): boolean
}

/** @upstream hypercore Core */
interface HintedCore {
  readonly header: { readonly hints: { readonly contiguousLength: number } }
}

/**
 * Calls `fn` each time that the length, the fork or the stored blocks of a core have changed. A session would be told of its
 * appends only, and costs a hundred times as much.
 * @returns a function that stops watching
 */
export function watchChanges(core: InnerCore, fn: () => void): () => void {
  const replicator = core.replicator as unknown as WatchedReplicator
  const { onhave, onupgrade, ontruncate } = replicator
  const installed = {
    onhave: (start: number, length: number, drop?: boolean) => {
      onhave.call(replicator, start, length, drop)
      if (drop === true) for (const again of downloads.get(core) ?? []) again()
      told()
    },
    onupgrade: () => {
      onupgrade.call(replicator)
      told()
    },
    ontruncate: (newLength: number, truncated: number) => {
      ontruncate.call(replicator, newLength, truncated)
      told()
    }
  }
  let told = fn
  Object.assign(replicator, installed)
  return () => {
    told = noop
    if (replicator.onhave === installed.onhave) Object.assign(replicator, { onhave, onupgrade, ontruncate })
  }
}

/** How many messages with data a peer has sent of a core since it opened it. */
export function dataFrom({ replicator }: InnerCore, mux: Protomux): number {
  const peer = replicator.peers.find(({ protomux }) => protomux === mux) as CorePeer | undefined
  return peer?.stats.wireData.rx ?? 0
}

/** By core, the downloads of mirrors, each as what begins it again: Hypercore's does not go back to blocks that are cleared. */
const downloads = new WeakMap<InnerCore, Set<() => void>>()

/** Whether all blocks of a core are stored that it knows of. */
export function isWholeNow(core: InnerCore): boolean {
  const { hints } = (core as unknown as HintedCore).header
  return hints.contiguousLength >= core.state!.length
}

/** Whether a session wants the data of a core, other than for a mirror. */
export function isWanted(core: InnerCore): boolean {
  if (!core.replicator.downloading) return false
  const ours = downloads.get(core)?.size ?? 0
  return ours === 0 || (core.replicator as unknown as WatchedReplicator).activeSessions > ours
}

/** Whether a session has a core open, other than for a mirror. */
export function isHeld(core: InnerCore): boolean {
  return core.activeSessions > (downloads.get(core)?.size ?? 0)
}

/** Whether a mirror downloads a core. */
export function isDownloaded(core: InnerCore): boolean {
  return (downloads.get(core)?.size ?? 0) > 0
}

/**
 * Has a core download all that its peers have. It counts as wanted by nobody for that, so that it is not offered to others.
 * @param wanted  called when a session begins to want data meanwhile, which Hypercore tells nobody: it is downloading already
 * @returns a function that ends it. If nobody else wants data, peers are told at once, and channels that neither side
 *          wants are closed
 */
export async function downloadAll(
  core: InnerCore,
  wanted: (core: InnerCore) => void
): Promise<() => Promise<void>> {
  const ofCore = downloads.get(core) ?? new Set()
  downloads.set(core, ofCore)
  let download: ReturnType<Session['download']> | null = null
  const begin = (): void => {
    download?.destroy()
    download = session.download({ start: 0, end: -1 })
    download.done().catch(noop) // it never ends by itself, and is cancelled by close()
  }
  ofCore.add(begin) // first: the session may want data before its constructor returns
  const session: Session = new Hypercore<Uint8Array>(null, null, { core })
  const unwatch = watchActivity(core, wanted)
  const end = async (): Promise<void> => {
    if (!ofCore.delete(begin)) return
    unwatch()
    const closing = (): void => {}
    ofCore.add(closing) // the session counts until it is closed
    await session.close()
    ofCore.delete(closing)
    stopDownloading(core)
  }
  try {
    await session.ready()
    begin()
    return end
  } catch (err) {
    await end()
    throw err
  }
}

function watchActivity(core: InnerCore, wanted: (core: InnerCore) => void): () => void {
  const replicator = core.replicator as unknown as WatchedReplicator
  const { updateActivity } = replicator
  let isOver = false
  const installed = (inc: number, session?: object): void => {
    updateActivity.call(replicator, inc, session)
    if (!isOver && inc > 0 && isWanted(core)) wanted(core)
  }
  Object.assign(replicator, { updateActivity: installed })
  return () => {
    isOver = true
    if (replicator.updateActivity === installed) Object.assign(replicator, { updateActivity })
  }
}

/** Without it, Hypercore tells its peers up to 20 seconds later. */
function stopDownloading({ replicator }: InnerCore): void {
  const stopping = replicator as unknown as WatchedReplicator
  if (stopping.activeSessions > 0 || replicator.destroyed) return
  if (stopping._notDownloadingTimer !== null) clearTimeout(stopping._notDownloadingTimer as number)
  stopping._setDownloadingNow(false)
}

function noop(): void {}
