import { callEach } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'

interface Slot {
  watchers: Set<() => void>
  release: () => void
}

/** The slots that are ours. One for all watchers of a core: chained slots could only be taken out in reverse. */
const slots = new WeakMap<InnerCore, Slot>()

/**
 * Calls `fn` whenever a session of this core begins to want data. A core has one slot for that (hypercore
 * 11.37.1 lib/replicator.js:2147); whoever sat in it before is called as well, and gets it back in the end.
 * @returns ends it
 */
export function watchDownloading(core: InnerCore, fn: () => void): () => void {
  const { watchers, release } = slots.get(core) ?? take(core)
  watchers.add(fn)

  return () => {
    if (watchers.delete(fn) && watchers.size === 0) release()
  }
}

function take(core: InnerCore): Slot {
  const { replicator } = core
  const before = replicator.ondownloading
  const watchers = new Set<() => void>()

  const ondownloading = (): void => {
    callEach(before === null ? watchers : [before, ...watchers])
  }
  const release = (): void => {
    slots.delete(core)
    if (replicator.ondownloading === ondownloading) replicator.ondownloading = before
  }
  replicator.ondownloading = ondownloading
  slots.set(core, { watchers, release })
  return { watchers, release }
}
