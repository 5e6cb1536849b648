import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import { FieldReader, FieldWriter } from '../bytes/fields.js'
import { corrupt, decodeFrame, encodeFrame, FRAME_BYTES } from '../bytes/frame.js'
import type { DiskFile } from '../disk/disk.js'
import { unlessCorrupt } from '../disk/failures.js'
import type { Extent } from './space.js'

const MAGIC = 'KVONEFIL'
const VERSION = 1
/** Space is given to files in units of this size. Unit 0 is the header. */
export const UNIT_BYTES: number = 16 * 1024
/** Where the two copies of the header are. Each is written on its own. */
const SLOTS = [0, 4096] as const
const SLOT_PAYLOAD_BYTES = 32
const SLOT_BYTES: number = FRAME_BYTES + SLOT_PAYLOAD_BYTES
const HEADER_BYTES: number = SLOTS[1] + SLOT_BYTES

/** What a copy of the header says: where the directory of a generation is. */
interface Slot {
  readonly generation: number
  /** unit */
  readonly start: number
  /** bytes */
  readonly length: number
  readonly crc: number
}

/** A file inside a file. */
export interface DirectoryEntry {
  readonly extents: readonly Extent[]
  /** Bytes. 0 = the file is being written: any number up to what its extents hold. */
  readonly size: number
}

export interface Directory {
  readonly generation: number
  readonly entries: ReadonlyMap<string, DirectoryEntry>
  /** where the directory itself is stored; null = nowhere yet */
  readonly extent: Extent | null
}

export const EMPTY: Directory = { generation: 0, entries: new Map(), extent: null }

/** @throws ENGINE_CORRUPT, ENGINE_VERSION */
export async function readDirectory(file: DiskFile): Promise<Directory> {
  const size = await file.size()
  const slots: Slot[] = []
  let failure: unknown = null
  for (const offset of SLOTS) {
    try {
      slots.push(await readSlot(file, offset))
    } catch (err) {
      failure = unlessCorrupt(err) // the other copy may be whole
    }
  }
  // Before the header is stored for the first time, nothing follows it.
  if (slots.length === 0 && size <= HEADER_BYTES) return EMPTY

  for (const slot of slots.toSorted((a, b) => b.generation - a.generation)) {
    try {
      return await readEntries(file, slot)
    } catch (err) {
      failure = unlessCorrupt(err) // the directory of the other copy may be whole
    }
  }
  throw failure
}

/** Writes a header without files, before anything beyond the header is written. */
export async function writeHeader(file: DiskFile): Promise<void> {
  for (const offset of SLOTS) await file.write(offset, encodeSlot([0]))
}

/** Writes the entries of a directory. They count once they are synced and both copies of the header are written. */
export async function writeEntries(file: DiskFile, { entries, extent }: Directory): Promise<void> {
  await file.write(extent!.start * UNIT_BYTES, encodeEntries(entries))
}

/** Writes both copies of the header. If that fails, each of them names this directory or the one before, or is damaged. */
export async function writeSlots(file: DiskFile, { generation, entries, extent }: Directory): Promise<void> {
  const bytes = encodeEntries(entries)
  const slot = encodeSlot([generation, extent!.start, bytes.byteLength, crc32(bytes)])
  for (const offset of SLOTS) await file.write(offset, slot)
}

export function encodeEntries(entries: ReadonlyMap<string, DirectoryEntry>): Uint8Array {
  const fields = new FieldWriter()
  fields.varint(entries.size)
  for (const [name, { size, extents }] of entries) {
    fields.bytes(b4a.from(name))
    fields.varint(size)
    fields.varint(extents.length)
    for (const { start, count } of extents) {
      fields.varint(start)
      fields.varint(count)
    }
  }
  return fields.finish()
}

export function capacityOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { count }) => sum + count * UNIT_BYTES, 0)
}

export function unitsFor(bytes: number): number {
  return Math.ceil(bytes / UNIT_BYTES)
}

function encodeSlot(values: readonly number[]): Uint8Array {
  const fields = new FieldWriter(0, SLOT_PAYLOAD_BYTES)
  for (const value of values) fields.varint(value)
  const payload = b4a.alloc(SLOT_PAYLOAD_BYTES)
  payload.set(fields.finish())
  return encodeFrame(MAGIC, VERSION, payload)
}

async function readSlot(file: DiskFile, offset: number): Promise<Slot> {
  const payload = decodeFrame(await file.read(offset, SLOT_BYTES), MAGIC, VERSION, file.name, offset)
  const fields = new FieldReader(payload)
  return {
    generation: fields.varint(),
    start: fields.varint(),
    length: fields.varint(),
    crc: fields.varint()
  }
}

async function readEntries(file: DiskFile, { generation, start, length, crc }: Slot): Promise<Directory> {
  if (generation === 0) return EMPTY
  const bytes = await file.read(start * UNIT_BYTES, length)
  if (crc32(bytes) !== crc) throw corrupt(file.name, start * UNIT_BYTES, 'the directory is damaged')
  return { generation, entries: decodeEntries(bytes), extent: { start, count: unitsFor(length) } }
}

function decodeEntries(bytes: Uint8Array): Map<string, DirectoryEntry> {
  const fields = new FieldReader(bytes)
  const count = fields.varint()
  const entries = new Map<string, DirectoryEntry>()
  for (let i = 0; i < count; i++) {
    const name = b4a.toString(fields.slice(fields.varint()))
    const size = fields.varint()
    const extents = Array.from({ length: fields.varint() }, (): Extent => {
      return { start: fields.varint(), count: fields.varint() }
    })
    entries.set(name, { size, extents })
  }
  return entries
}
