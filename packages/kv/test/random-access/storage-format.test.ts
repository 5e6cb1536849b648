import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { RandomAccessEngine } from '../../src/index.js'
import { Shelf } from './shelf.js'

// Reads stores by docs/storage-format.md alone: nothing of the source but the engine that is compared with.

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url))
const files = new Map(
  readdirSync(`${fixtures}store-1`).map((name) => [name, readFileSync(`${fixtures}store-1/${name}`)])
)
const one = gunzipSync(readFileSync(`${fixtures}one-file-1.gz`))

/** Takes fields from the front. */
class Fields {
  at = 0
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  varint(): number {
    const byte = this.bytes[this.at++]!
    return byte < 128 ? byte : (byte & 127) + 128 * this.varint()
  }

  take(length: number): Buffer {
    return this.bytes.subarray(this.at, (this.at += length))
  }

  text(): string {
    return this.take(this.varint()).toString('latin1')
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.varint() }, item)
  }

  pair(): [number, number] {
    return [this.varint(), this.varint()]
  }
}

function frame(bytes: Buffer, magic: string): Buffer {
  expect(bytes.toString('latin1', 0, 8)).toBe(magic)
  expect(bytes.readUInt32LE(8)).toBe(1)
  const payload = bytes.subarray(20, 20 + bytes.readUInt32LE(12))
  expect(bytes.readUInt32LE(16)).toBe(crc32(payload, crc32(bytes.subarray(0, 16))))
  return payload
}

function manifest(bytes: Buffer) {
  const fields = new Fields(frame(bytes, 'KVMANFST'))
  const read = {
    generation: fields.varint(),
    log: fields.varint(),
    next: fields.varint(),
    garbage: fields.list(() => fields.varint()),
    levels: fields.list(() =>
      fields.list(() => ({
        id: fields.varint(),
        bytes: fields.varint(),
        points: fields.varint(),
        deleted: fields.varint(),
        start: fields.text(),
        end: fields.text(),
        values: fields.list(() => fields.pair())
      }))
    ),
    valueFiles: fields.list(() => fields.pair())
  }
  expect(fields.at).toBe(fields.bytes.length)
  return read
}

/** The operations of a log, as [kind, …fields]. */
function log(bytes: Buffer, id: number): { previous: number; ops: unknown[][] } {
  const header = frame(bytes, 'KVOPSLOG')
  expect(header.readUInt32LE(0)).toBe(id)
  const ops: unknown[][] = []
  let offset = 28
  while (offset + 12 < bytes.length && bytes.readUInt32LE(offset) > 0) {
    const place = Buffer.alloc(16)
    bytes.copy(place, 0, offset, offset + 8)
    place.writeUInt32LE(id, 8)
    place.writeUInt32LE(offset, 12)
    expect(bytes.readUInt32LE(offset + 8)).toBe(crc32(place))
    const payload = bytes.subarray(offset + 12, offset + 12 + bytes.readUInt32LE(offset))
    expect(bytes.readUInt32LE(offset + 4)).toBe(crc32(payload))
    const fields = new Fields(payload)
    while (fields.at < payload.length) {
      const kind = fields.varint()
      if (kind === 1 || kind === 3) ops.push([kind, fields.text(), fields.text()])
      else if (kind === 2) ops.push([kind, fields.text()])
      else if (kind === 4) ops.push([kind, fields.text(), fields.varint(), fields.text()])
      else ops.push([kind, fields.varint()])
    }
    offset += 12 + payload.length
  }
  return { previous: header.readUInt32LE(4), ops }
}

/** The files inside one file. */
function unpack(bytes: Buffer): Map<string, { size: number; bytes: Buffer }> {
  const headers = [0, 4096].map((offset) => new Fields(frame(bytes.subarray(offset), 'KVONEFIL')))
  const [first, second] = headers.map((fields) => Array.from({ length: 4 }, () => fields.varint()))
  expect(first).toEqual(second)
  const [, unit, length, crc] = first as [number, number, number, number]
  const directory = bytes.subarray(unit * 16_384, unit * 16_384 + length)
  expect(crc32(directory)).toBe(crc)
  const fields = new Fields(directory)
  return new Map(
    fields.list(() => {
      const [name, size] = [fields.text(), fields.varint()]
      const extents = fields.list(() => fields.pair())
      const parts = extents.map(([start, count]) => bytes.subarray(start * 16_384, (start + count) * 16_384))
      return [name, { size, bytes: Buffer.concat(parts) }]
    })
  )
}

const page = '\0'.repeat(10) + '\n' + '\0'.repeat(189)
const LOGGED = [
  [1, 'b', 'put'],
  [1, 'page', page],
  [2, 'a'],
  [4, 'page', 77, 'MN'],
  [3, 'c', 'd'],
  [1, 'empty', '']
]

test('a manifest is what the document says', () => {
  const [even, odd] = [manifest(files.get('MANIFEST-0')!), manifest(files.get('MANIFEST-1')!)]
  expect([even.generation, odd.generation]).toEqual([2, 3])
  expect(odd).toMatchObject({ log: 2, next: 5, valueFiles: [[4, files.get('000004.val')!.length]] })
  const segment = { id: 3, bytes: files.get('000003.seg')!.length, points: 2, deleted: 0 }
  expect(odd.levels.flat()).toEqual([{ ...segment, start: 'a', end: 'large\0', values: [[4, 5000]] }])
})

test('a log is what the document says', () => {
  expect(log(files.get('000002.log')!, 2)).toEqual({ previous: 1, ops: LOGGED })
})

test('a value file starts with a frame', () => {
  const bytes = files.get('000004.val')!
  expect(frame(bytes, 'KVVALUES').length).toBe(0)
  expect(bytes.subarray(20).toString()).toBe('v'.repeat(5000))
})

test('one file holds them all', () => {
  const inside = unpack(one)
  expect([...inside.keys()].toSorted()).toEqual([...files.keys()].toSorted())
  for (const [name, { size, bytes }] of inside) {
    if (name.endsWith('.log')) expect(log(bytes, 2)).toEqual({ previous: 1, ops: LOGGED })
    else if (name.startsWith('MANIFEST')) expect(manifest(bytes)).toEqual(manifest(files.get(name)!))
    else expect(bytes.subarray(0, size)).toEqual(files.get(name))
  }
})

test('the engine reads what earlier versions of it wrote', async () => {
  for (const storage of [new Shelf(files).open, new Shelf(new Map([['one', one]])).open('one')]) {
    const engine = new RandomAccessEngine(storage)
    await engine.open()
    const keys = ['a', 'b', 'empty', 'large', 'page']
    const values = await engine.getMany(keys.map((key) => Buffer.from(key)))
    const after = Buffer.from(page)
    after.set([77, 78], 77)
    expect(values.map((value) => value && Buffer.from(value).toString('latin1'))).toEqual([
      null,
      'put',
      '',
      'v'.repeat(5000),
      after.toString('latin1')
    ])
    await engine.close()
  }
})
