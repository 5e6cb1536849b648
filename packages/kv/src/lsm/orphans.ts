import { ORPHAN_WINDOW } from '../defaults.js'
import type { Disk } from '../disk/disk.js'
import { allDone } from '../disk/failures.js'
import { fileNames } from '../disk/file-names.js'
import type { Log } from '../log/log.js'
import type { Catalog } from './catalog.js'

/**
 * Looks for files that were written after the manifest.
 * @returns found: numbers that have a file; tried: numbers that were looked for; end: no file has this number or a greater one
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
 * Removes what a crash has left behind. An older manifest or log may need it, as long as it is in doubt whether the newer ones
 * that were read are stored: these are stored first, and a new manifest tells a suspended engine about it. What cannot be
 * removed stays garbage for the next open, and does not make this one fail. When it resolves, no removal goes on whose number
 * might be given out again.
 * @param log      the log that was read last
 * @param orphans  numbers none of whose files is needed
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
      return // nothing depends on it; the next open tries again
    }
  }
  const removals = orphans.map(async (id) => {
    const removed = await Promise.allSettled(fileNames(id).map((name) => disk.remove(name)))
    if (removed.every(({ status }) => status === 'fulfilled')) catalog.dropGarbage([id])
  })
  await allDone(removals)
}

/** The numbers that have a file, or may have one. */
async function filterLeft(disk: Disk, ids: readonly number[]): Promise<number[]> {
  const isThere = (name: string): Promise<boolean> =>
    disk
      .file(name)
      .size()
      .then(
        (size) => size > 0,
        () => true // it is not known
      )
  const areThere = await allDone(ids.map((id) => allDone(fileNames(id).map(isThere))))
  return ids.filter((_, i) => areThere[i]!.includes(true))
}
