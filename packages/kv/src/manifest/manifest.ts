import b4a from 'b4a'
import { FieldReader, FieldWriter } from '../bytes/fields.js'
import type { Levels, SegmentInfo, ValueFileInfo, ValueShare } from './levels.js'

/** What a store consists of. */
export interface Manifest {
  /** one more each time it is written */
  readonly generation: number
  /** the oldest log that is not in segments; each log names the next one */
  readonly log: number
  /** no file has this number or a greater one, but for logs and what a crash left behind */
  readonly nextId: number
  /** numbers of files that may be there and are of no use */
  readonly garbage: readonly number[]
  readonly levels: Levels
  readonly valueFiles: readonly ValueFileInfo[]
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const fields = new FieldWriter()
  fields.varint(manifest.generation)
  fields.varint(manifest.log)
  fields.varint(manifest.nextId)
  writeList(fields, manifest.garbage, (id) => fields.varint(id))
  writeList(fields, manifest.levels, (level) =>
    writeList(fields, level, (info) => writeSegment(fields, info))
  )
  writeList(fields, manifest.valueFiles, ({ id, bytes }) => {
    fields.varint(id)
    fields.varint(bytes)
  })
  return fields.finish()
}

/** @param payload  that a checksum has vouched for */
export function decodeManifest(payload: Uint8Array): Manifest {
  const fields = new FieldReader(payload)
  return {
    generation: fields.varint(),
    log: fields.varint(),
    nextId: fields.varint(),
    garbage: readList(fields, () => fields.varint()),
    levels: readList(fields, () => readList(fields, () => readSegment(fields))),
    valueFiles: readList(fields, () => ({ id: fields.varint(), bytes: fields.varint() }))
  }
}

function writeSegment(fields: FieldWriter, info: SegmentInfo): void {
  fields.varint(info.id)
  fields.varint(info.bytes)
  fields.varint(info.entries)
  fields.varint(info.deleted)
  fields.bytes(info.start)
  fields.bytes(info.end)
  writeList(fields, info.values, ({ file, bytes }) => {
    fields.varint(file)
    fields.varint(bytes)
  })
}

function readSegment(fields: FieldReader): SegmentInfo {
  return {
    id: fields.varint(),
    bytes: fields.varint(),
    entries: fields.varint(),
    deleted: fields.varint(),
    start: b4a.from(fields.slice(fields.varint())),
    end: b4a.from(fields.slice(fields.varint())),
    values: readList(fields, (): ValueShare => ({ file: fields.varint(), bytes: fields.varint() }))
  }
}

function writeList<T>(fields: FieldWriter, list: readonly T[], write: (item: T) => void): void {
  fields.varint(list.length)
  for (const item of list) write(item)
}

function readList<T>(fields: FieldReader, read: () => T): T[] {
  return Array.from({ length: fields.varint() }, read)
}
