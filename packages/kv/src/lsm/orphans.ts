import { ORPHAN_WINDOW } from '../defaults.js'
import type { Disk } from '../disk/disk.js'
import { allDone } from '../disk/failures.js'
import { fileNames } from '../disk/file-names.js'
import type { Log } from '../log/log.js'
import type { Catalog } from './catalog.js'

/**
 * Files that were written after the manifest.
 * @returns tried: the numbers that were looked for; end: that no file has, nor a greater one
 */
export async function findOrphans(
  disk: Disk,
  from: number
): Promise<{ found: number[]; tried: number[]; end: number }> {
  const found: number[] = []
  const tried: number[] = []
  let end = from
  for (let id = from; id < end + ORPHAN_WINDOW; id++) {
    const sizes = await allDone(fileNames(id).map((name) => disk.file(name).size()))
    tried.push(id)
    if (sizes.every((size) => size === 0)) continue
    found.push(id)
    end = id + 1
  }
  return { found, tried, end }
}

/**
 * Removes what a crash left behind. That may be what an older manifest or log needs, while it is in doubt whether the
 * newer ones that were read are stored: so they are stored first, and a new manifest tells a suspended engine of it.
 * What cannot be removed stays garbage, for the next open; that is no reason to fail this one. All is over when it
 * resolves: no removal goes on, whose number might be given out again.
 * @param log      that was read last
 * @param orphans  numbers of which no file is needed
 */
export async function cleanUp(
  disk: Disk,
  catalog: Catalog,
  log: Log,
  orphans: readonly number[]
): Promise<void> {
  const left = await filterLeft(disk, orphans)
  catalog.addGarbage(left)
  if (left.length > 0) {
    try {
      await log.cut()
      await log.sync()
      await catalog.renew()
    } catch {
      return // nothing is needed of it; the next open tries again
    }
  }
  const removals = orphans.map(async (id) => {
    const removed = await Promise.allSettled(fileNames(id).map((name) => disk.remove(name)))
    if (removed.every(({ status }) => status === 'fulfilled')) catalog.dropGarbage([id])
  })
  await allDone(removals)
}

/** Those of which a file is there, or may be. */
async function filterLeft(disk: Disk, ids: readonly number[]): Promise<number[]> {
  const isThere = (name: string): Promise<boolean> =>
    disk
      .file(name)
      .size()
      .then(
        (size) => size > 0,
        () => true // not known
      )
  const areThere = await allDone(ids.map((id) => allDone(fileNames(id).map(isThere))))
  return ids.filter((_, i) => areThere[i]!.includes(true))
}
