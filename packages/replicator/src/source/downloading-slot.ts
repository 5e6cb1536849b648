import { callEach } from '@manycore/ground'
import type { CoreReplicator, InnerCore } from '@manycore/hypercore-types'

interface Slot {
  watchers: Set<() => void>
  release: () => void
}

/** Our slot of a core, kept on it. One for all watchers: chained slots could only be taken out in reverse. */
const SLOT = Symbol('downloading')

/**
 * Calls `fn` whenever a session of this core begins to want data. A core has one slot for that, `ondownloading`; whoever
 * sat in it before is called as well, and gets it back in the end.
 * @returns a function that stops watching
 */
export function watchDownloading(core: InnerCore, fn: () => void): () => void {
  const { watchers, release } = (core.replicator as Slotted)[SLOT] ?? take(core.replicator)
  watchers.add(fn)

  return () => {
    if (watchers.delete(fn) && watchers.size === 0) release()
  }
}

type Slotted = CoreReplicator & { [SLOT]?: Slot | undefined }

function take(replicator: Slotted): Slot {
  const before = replicator.ondownloading
  const watchers = new Set<() => void>()

  const ondownloading = (): void => {
    callEach(before === null ? watchers : [before, ...watchers])
  }
  const release = (): void => {
    replicator[SLOT] = undefined
    if (replicator.ondownloading === ondownloading) replicator.ondownloading = before
  }
  replicator.ondownloading = ondownloading
  return (replicator[SLOT] = { watchers, release })
}
