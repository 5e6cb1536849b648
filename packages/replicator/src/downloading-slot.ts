import type { InnerCore } from '@manycore/hypercore-types'

/**
 * Calls `fn` whenever a session of this core begins to want data. A core has one slot for that
 * (hypercore 11.37.1 lib/replicator.js:2147), so that whoever sat in it before is called as well.
 * @returns gives the slot back
 */
export function watchDownloading(core: InnerCore, fn: () => void): () => void {
  const { replicator } = core
  const before = replicator.ondownloading
  let watching = true

  const slot = (): void => {
    before?.()
    if (watching) fn()
  }
  replicator.ondownloading = slot

  return () => {
    watching = false // somebody who came after us may still call the slot
    if (replicator.ondownloading === slot) replicator.ondownloading = before
  }
}
