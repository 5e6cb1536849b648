import { allDone } from './all-done.js'
import { ORPHAN_WINDOW } from './defaults.js'
import type { Disk } from './disk.js'
import { corrupt } from './frame.js'
import { Log, type LogContents, logFileName, readLog } from './log.js'
import type { Manifest } from './manifest.js'
import { MANIFEST_FILES, ManifestFiles } from './manifest-files.js'
import { Memtable } from './memtable.js'
import { type Logged, Memtables } from './memtables.js'
import { segmentFileName, valueFileName } from './segment-info.js'

const FIRST_LOG = 1

/** What was on a disk, before anything on it is changed. */
export interface Recovered {
  readonly manifests: ManifestFiles
  readonly manifest: Manifest
  readonly memtables: Memtables
  /** numbers that belong to nothing: their files are to be removed, where there are any */
  readonly orphans: readonly number[]
  /** that no file has, nor a greater one */
  readonly nextId: number
  /** the last log ends in a record that was not written wholly */
  readonly isTorn: boolean
}

/**
 * Reads manifest and logs; null = the disk is empty.
 * @throws ENGINE_CORRUPT, ENGINE_VERSION
 */
export async function recover(disk: Disk): Promise<Recovered | null> {
  const manifests = new ManifestFiles(disk)
  const manifest = await readManifest(disk, manifests)
  if (manifest === null) return null

  const layers: Logged[] = []
  let last: LogContents
  for (let id: number | null = manifest.log; id !== null; id = last.next) {
    const file = disk.file(logFileName(id))
    const memtable = new Memtable()
    last = await readLog(id, file, memtable)
    layers.unshift({ memtable, log: new Log(id, file, last.bytes) })
  }
  const { log } = layers[0]!
  const chain = new Set(layers.map((layer) => layer.log.id))
  const { found, tried, end } = await findOrphans(disk, Math.max(manifest.nextId, log.id + 1))
  for (const id of found) await checkNotNext(disk, id, log)
  return {
    manifests,
    manifest,
    memtables: new Memtables(layers[0]!, layers.slice(1)),
    orphans: [...manifest.garbage.filter((id) => !chain.has(id)), ...tried],
    nextId: end,
    isTorn: last!.size > last!.bytes
  }
}

/** A new store on an empty disk. @param isReadOnly  nothing is written */
export async function create(disk: Disk, isReadOnly: boolean): Promise<Recovered> {
  const manifests = new ManifestFiles(disk)
  const file = disk.file(logFileName(FIRST_LOG))
  const log = isReadOnly ? new Log(FIRST_LOG, file, 0) : await Log.create(FIRST_LOG, 0, file)
  const nextId = log.id + 1
  const manifest = { generation: 1, log: log.id, nextId, garbage: [], levels: [], valueFiles: [] }
  if (!isReadOnly) {
    await log.sync()
    await manifests.write({ ...manifest, generation: 0 }) // both are there from the start, so that a lost one is noticed
    await manifests.write(manifest)
  }
  const memtables = new Memtables({ memtable: new Memtable(), log }, [])
  return { manifests, manifest, memtables, orphans: [], nextId, isTorn: false }
}

/** Every file that a number can have. */
export function fileNames(id: number): string[] {
  return [logFileName(id), segmentFileName(id), valueFileName(id)]
}

/**
 * Files that were written after the manifest.
 * @returns tried: the numbers that were looked for; end: that no file has, nor a greater one
 */
async function findOrphans(
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

/** A log is written to its end before the next one gets its first record. @throws ENGINE_CORRUPT */
async function checkNotNext(disk: Disk, id: number, last: Log): Promise<void> {
  const next = await tryLog(disk, id)
  if (next?.hasRecords && next.previous === last.id) {
    const what = `the end is damaged, for ${logFileName(id)} goes on from it`
    throw corrupt(logFileName(last.id), last.bytes, what)
  }
}

/**
 * The first log is made before any manifest, and has records only after both: without a manifest, the making
 * of the store was interrupted or its manifests are lost.
 * @throws ENGINE_CORRUPT, ENGINE_VERSION
 */
async function readManifest(disk: Disk, manifests: ManifestFiles): Promise<Manifest | null> {
  let manifest: Manifest | null = null
  let failure: unknown = null
  try {
    manifest = await manifests.read()
  } catch (err) {
    if ((err as { code?: unknown }).code !== 'ENGINE_CORRUPT') throw err
    failure = err
  }
  if (manifest !== null) return manifest

  const first = await tryLog(disk, FIRST_LOG)
  if (first?.hasRecords) throw failure ?? corrupt(MANIFEST_FILES[0], 0, 'the file is missing or empty')
  if (first === null && failure !== null) throw failure
  return null
}

async function tryLog(disk: Disk, id: number): Promise<LogContents | null> {
  const file = disk.file(logFileName(id))
  if ((await file.size()) === 0) return null
  return readLog(id, file, new Memtable()).catch(() => null) // its writing was interrupted
}
