import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { RandomAccessEngine } from '../../src/index.js'
import { Shelf } from '../stores/shelf.js'

// Reads stores by docs/storage-format.md alone: nothing of the source but the engine that is compared with.

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url))
const filesOf = (version: number): Map<string, Buffer> => {
  const directory = `${fixtures}store-${version}`
  return new Map(readdirSync(directory).map((name) => [name, readFileSync(`${directory}/${name}`)]))
}
const oneOf = (version: number): Buffer => gunzipSync(readFileSync(`${fixtures}one-file-${version}.gz`))
/** 1 = all of version 1; 2 = logs of version 2 */
const VERSIONS = [1, 2]

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

function frame(bytes: Buffer, magic: string, version = 1): Buffer {
  expect(bytes.toString('latin1', 0, 8)).toBe(magic)
  expect(bytes.readUInt32LE(8)).toBe(version)
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

/** The operations of a log, as [kind, …fields], and of each record up to where the logs were synced, as [log, place]. */
function log(bytes: Buffer, id: number, version: number) {
  const header = frame(bytes, 'KVOPSLOG', version)
  expect(header.readUInt32LE(0)).toBe(id)
  const ops: unknown[][] = []
  const synced: [number, number][] = []
  const headerBytes = version === 1 ? 12 : 20
  let offset = 28
  while (offset + headerBytes < bytes.length && bytes.readUInt32LE(offset) > 0) {
    const start = offset + headerBytes
    const sealed = Buffer.alloc(headerBytes + 4)
    bytes.copy(sealed, 0, offset, start - 4)
    sealed.writeUInt32LE(id, headerBytes - 4)
    sealed.writeUInt32LE(offset, headerBytes)
    expect(bytes.readUInt32LE(start - 4)).toBe(crc32(sealed))
    if (version > 1) synced.push([bytes.readUInt32LE(offset + 8), bytes.readUInt32LE(offset + 12)])
    const payload = bytes.subarray(start, start + bytes.readUInt32LE(offset))
    expect(bytes.readUInt32LE(offset + 4)).toBe(crc32(payload))
    const fields = new Fields(payload)
    while (fields.at < payload.length) {
      const kind = fields.varint()
      if (kind === 1 || kind === 3) ops.push([kind, fields.text(), fields.text()])
      else if (kind === 2) ops.push([kind, fields.text()])
      else if (kind === 4) ops.push([kind, fields.text(), fields.varint(), fields.text()])
      else if (kind === 5) ops.push([kind, fields.varint()])
      else ops.push([kind])
    }
    offset = start + payload.length
  }
  return { previous: header.readUInt32LE(4), ops, synced }
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
  [6],
  [3, 'c', 'd'],
  [1, 'empty', '']
]
/** a version 1 has no marks */
const loggedIn = (version: number): unknown[][] => LOGGED.filter(([kind]) => version > 1 || kind !== 6)

for (const version of VERSIONS) {
  const files = filesOf(version)

  test(`a manifest is what the document says: store ${version}`, async () => {
    const [even, odd] = [manifest(files.get('MANIFEST-0')!), manifest(files.get('MANIFEST-1')!)]
    expect([even.generation, odd.generation]).toEqual([2, 3])
    expect(odd).toMatchObject({ log: 2, next: 5, valueFiles: [[4, files.get('000004.val')!.length]] })
    const segment = { id: 3, bytes: files.get('000003.seg')!.length, points: 2, deleted: 0 }
    expect(odd.levels.flat()).toEqual([{ ...segment, start: 'a', end: 'large\0', values: [[4, 5000]] }])
  })

  test(`a log is what the document says: store ${version}`, () => {
    expect(log(files.get('000002.log')!, 2, version)).toMatchObject({ previous: 1, ops: loggedIn(version) })
  })

  test(`a value file starts with a frame: store ${version}`, () => {
    const bytes = files.get('000004.val')!
    expect(frame(bytes, 'KVVALUES').length).toBe(0)
    expect(bytes.subarray(20).toString()).toBe('v'.repeat(5000))
  })

  test(`one file holds them all: store ${version}`, () => {
    const inside = unpack(oneOf(version))
    expect([...inside.keys()].toSorted()).toEqual([...files.keys()].toSorted())
    for (const [name, { size, bytes }] of inside) {
      if (name.endsWith('.log'))
        expect(log(bytes, 2, version)).toMatchObject({ previous: 1, ops: loggedIn(version) })
      else if (name.startsWith('MANIFEST')) expect(manifest(bytes)).toEqual(manifest(files.get(name)!))
      else expect(bytes.subarray(0, size)).toEqual(files.get(name))
    }
  })

  test(`the engine reads what earlier versions of it wrote, and goes on: store ${version}`, async () => {
    for (const shelf of [new Shelf(files), new Shelf(new Map([['one', oneOf(version)]]))]) {
      const engine = new RandomAccessEngine(shelf.files.has('one') ? shelf.open('one') : shelf.open)
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
      const put = { type: 'put', key: Buffer.from('more'), value: Buffer.from('1') } as const
      await engine.batch([put])
      await engine.flush()
      await engine.close()
      await engine.open()
      expect((await engine.getMany([put.key])).map(String)).toEqual(['1'])
      await engine.close()
    }
  })
}

test('a record says up to where the logs were synced before: after a flush(), what that promised', () => {
  const { synced } = log(filesOf(2).get('000002.log')!, 2, 2)
  const [first, second, mark, last] = synced
  expect(first).toEqual(second)
  expect(mark![1]).toBeGreaterThan(28)
  expect(last).toEqual(mark)
})
