import { corrupt } from '../bytes/frame.js'
import type { Disk, DiskFile } from '../disk/disk.js'
import { unlessCorrupt } from '../disk/failures.js'
import { logFileName, MANIFEST_FILES } from '../disk/file-names.js'
import { Log, LOG_HEADER_BYTES } from '../log/log.js'
import { type LogContents, LogReader } from '../log/reader.js'
import { isAfter, type Position } from '../log/record.js'
import { type Manifest, ManifestFiles } from '../manifest/manifest.js'
import { Memtable } from '../memtable/memtable.js'
import { type Logged, Memtables } from './memtables.js'
import { findOrphans } from './orphans.js'

const FIRST_LOG = 1

/** What was found on a disk, before anything on it is changed. */
export interface Recovered {
  readonly manifests: ManifestFiles
  readonly manifest: Manifest
  readonly memtables: Memtables
  /** Numbers that nothing needs: if they have files, these are to be removed. */
  readonly orphans: readonly number[]
  /** No file has this number or a greater one. */
  readonly nextId: number
  /** The logs were synced at least up to here. */
  readonly synced: Position
  /**
   * What lies behind the last whole record: nothing; a record whose writing was interrupted; or records that were lost, with
   * whole ones among them.
   */
  readonly tail: 'none' | 'torn' | 'stale'
}

/**
 * Reads manifest and logs.
 * @returns null = the disk is empty
 * @throws ENGINE_CORRUPT, ENGINE_VERSION
 */
export async function recover(disk: Disk): Promise<Recovered | null> {
  const manifests = new ManifestFiles(disk)
  const manifest = await readManifest(disk, manifests)
  if (manifest === null) return null

  const read: { memtable: Memtable; file: DiskFile; reader: LogReader; contents: LogContents }[] = []
  let synced: Position = { log: 0, offset: 0 }
  let reader: LogReader
  let contents: LogContents
  for (let id: number | null = manifest.log; id !== null; id = contents.next) {
    const file = disk.file(logFileName(id))
    const memtable = new Memtable()
    reader = await LogReader.open(id, file)
    contents = await reader.apply(memtable)
    if (isAfter(contents.synced, synced)) synced = contents.synced
    read.unshift({ memtable, file, reader, contents })
  }
  const layers = read.map(({ memtable, file, reader: { id, version }, contents: { bytes } }): Logged => {
    const stored = version === 1 ? LOG_HEADER_BYTES : storedBytes(id, bytes, synced)
    return { memtable, log: new Log(id, file, bytes, { stored, version }) }
  })
  const { log } = layers[0]!
  const behind = await reader!.search(log.bytes + 1, log.end)
  if (behind === 'proof') throw lost(log.end, log.id)
  const chain = new Set(layers.map((layer) => layer.log.id))
  const { found, tried, end } = await findOrphans(disk, Math.max(manifest.nextId, log.id + 1))
  const later = await laterLogs(disk, log.end, [...unnamed(manifest, log.id), ...found])
  return {
    manifests,
    manifest,
    memtables: new Memtables(layers[0]!, layers.slice(1)),
    orphans: [...new Set([...manifest.garbage.filter((id) => !chain.has(id)), ...later, ...tried])],
    nextId: end,
    synced,
    tail: behind === 'some' ? 'stale' : reader!.size > log.bytes ? 'torn' : 'none'
  }
}

/** How many bytes of a log had been synced. Its header was when it was made. Not for version 1, whose records do not say. */
function storedBytes(id: number, bytes: number, synced: Position): number {
  if (id < synced.log) return bytes
  return id === synced.log ? Math.max(LOG_HEADER_BYTES, Math.min(bytes, synced.offset)) : LOG_HEADER_BYTES
}

/** Makes a new store on an empty disk. @param isReadOnly  write nothing */
export async function create(disk: Disk, isReadOnly: boolean): Promise<Recovered> {
  const manifests = new ManifestFiles(disk)
  const file = disk.file(logFileName(FIRST_LOG))
  const isThere = (await tryLog(disk, FIRST_LOG)) !== null // left by an attempt that was interrupted, as a manifest may be
  const log = isReadOnly ? new Log(FIRST_LOG, file, 0) : await Log.create(FIRST_LOG, 0, file, isThere)
  const nextId = log.id + 1
  const manifest = { generation: 1, log: log.id, nextId, garbage: [], levels: [], valueFiles: [] }
  if (!isReadOnly) {
    await manifests.write({ ...manifest, generation: 0 }) // both exist from the start, so that it is noticed if one is lost
    await manifests.write(manifest)
  }
  const memtables = new Memtables({ memtable: new Memtable(), log }, [])
  return { manifests, manifest, memtables, orphans: [], nextId, synced: log.end, tail: 'none' }
}

/** Makes sure that nothing behind the last whole record is ever taken for a record. */
export async function dropTail({ memtables, tail }: Recovered): Promise<void> {
  const { log } = memtables.active
  if (tail === 'torn') await log.cut()
  if (tail === 'stale') await log.erase()
}

/** Numbers, greater than that of the last log, that the manifest gives no segment or value file: some were logs. */
function unnamed({ nextId, levels, valueFiles }: Manifest, log: number): number[] {
  const named = new Set([...levels.flat(), ...valueFiles].map(({ id }) => id))
  const ids: number[] = []
  for (let id = log + 1; id < nextId; id++) if (!named.has(id)) ids.push(id)
  return ids
}

/**
 * The logs that continue the last known one, the end of which was lost with the power: they are of no use any more.
 * @param ids  in order
 * @throws ENGINE_CORRUPT, if that end had been synced
 */
async function laterLogs(disk: Disk, end: Position, ids: readonly number[]): Promise<number[]> {
  const later: number[] = []
  for (const id of ids) {
    const reader = await tryLog(disk, id)
    if (reader === null || ![end.log, ...later].includes(reader.previous)) continue
    if ((await reader.search(LOG_HEADER_BYTES, end)) === 'proof') throw lost(end, id)
    later.push(id)
  }
  return later
}

/** @param proof  the log with a record that was written after the missing end had been synced */
function lost({ log, offset }: Position, proof: number): Error {
  return corrupt(
    logFileName(log),
    offset,
    `a record is damaged, although ${logFileName(proof)} says that it was synced`
  )
}

/**
 * Reads the manifest. The first log is made before any manifest, and gets records only after both: if there is no manifest,
 * either the store was being made and that was interrupted, or its manifests are lost.
 * @throws ENGINE_CORRUPT, ENGINE_VERSION
 */
async function readManifest(disk: Disk, manifests: ManifestFiles): Promise<Manifest | null> {
  let manifest: Manifest | null = null
  let failure: unknown = null
  try {
    manifest = await manifests.read()
  } catch (err) {
    failure = unlessCorrupt(err)
  }
  if (manifest !== null) return manifest

  const first = await tryLog(disk, FIRST_LOG)
  if (first !== null && (await first.search(LOG_HEADER_BYTES, { log: 0, offset: 0 })) !== 'none')
    throw failure ?? corrupt(MANIFEST_FILES[0], 0, 'the file is missing or empty')
  if (first === null && failure !== null) throw failure
  return null
}

async function tryLog(disk: Disk, id: number): Promise<LogReader | null> {
  const file = disk.file(logFileName(id))
  if ((await file.size()) === 0) return null
  try {
    return await LogReader.open(id, file)
  } catch (err) {
    unlessCorrupt(err)
    return null // it was interrupted while it was written
  }
}
