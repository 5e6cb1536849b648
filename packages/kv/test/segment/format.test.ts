import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import { expect, test } from 'vitest'
import type { Op } from '../../src/engine.js'
import { hashKey } from '../../src/segment/bloom.js'
import { Layers, memtableOf } from '../stores/layers.js'
import { MemoryFiles } from '../stores/memory-files.js'

// Reads a segment by docs/storage-format.md alone.

const keyOf = (n: number): Uint8Array => b4a.from(String(n).padStart(6, '0'))

/** Takes bytes from the front. */
class Reader {
  at = 0
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.byteLength
  }

  take(length: number): Uint8Array {
    return this.bytes.subarray(this.at, (this.at += length))
  }

  u32(): number {
    const [a, b, c, d] = this.take(4)
    return a! + b! * 2 ** 8 + c! * 2 ** 16 + d! * 2 ** 24
  }

  varint(): number {
    const byte = this.take(1)[0]!
    return byte < 128 ? byte : (byte % 128) + 128 * this.varint()
  }
}

test('a segment is what docs/storage-format.md says', async () => {
  const large = b4a.alloc(5000, 9)
  const ops: Op[] = Array.from({ length: 2000 }, (_, n) => ({
    type: 'put',
    key: keyOf(n),
    value: keyOf(3 * n)
  }))
  ops.push({ type: 'delRange', start: keyOf(100), end: keyOf(110) })
  ops.push({ type: 'put', key: keyOf(105), value: large }, { type: 'del', key: keyOf(106) })
  ops.push({ type: 'delRange', start: keyOf(5000), end: keyOf(6000) })
  const layers = new Layers(new MemoryFiles())
  const { info } = (await layers.flush(ops))!
  const file = layers.files.bytes.get(`00000${info.id}.seg`)!

  const footer = new Reader(file.subarray(-64))
  const [id, blocks, blockBytes, rangeBytes, indexBytes, filterBytes, tailCrc] = Array.from(
    { length: 7 },
    () => footer.u32()
  )
  expect(id).toBe(info.id)
  expect(footer.take(20)).toEqual(b4a.alloc(20))
  expect(footer.u32()).toBe(crc32(b4a.concat([file.subarray(-64, -16), file.subarray(-12)])))
  expect(footer.u32()).toBe(1)
  expect(b4a.toString(footer.take(8))).toBe('KVSEGMNT')
  expect(blockBytes! + rangeBytes! + indexBytes! + filterBytes! + 64).toBe(file.byteLength)
  expect(crc32(file.subarray(blockBytes, -64))).toBe(tailCrc)

  const parts = new Reader(file.subarray(blockBytes))
  const ranges = new Reader(parts.take(rangeBytes!))
  const bounds: Uint8Array[] = []
  while (!ranges.isAtEnd) bounds.push(ranges.take(ranges.varint()))
  expect(bounds).toEqual([keyOf(100), keyOf(110), keyOf(5000), keyOf(6000)])

  const index = new Reader(parts.take(indexBytes!))
  const column = (): number[] => Array.from({ length: blocks! }, () => index.u32())
  const [keyEnds, blockEnds, crcs] = [column(), column(), column()]
  const firstKeys = keyEnds.map((end, i) => index.take(end - (keyEnds[i - 1] ?? 0)))
  expect(index.isAtEnd).toBe(true)
  expect(blockEnds.at(-1)).toBe(blockBytes)

  const read: [Uint8Array, Uint8Array | null][] = []
  for (const [i, end] of blockEnds.entries()) {
    const block = file.subarray(blockEnds[i - 1] ?? 0, end)
    expect(crc32(block)).toBe(crcs[i])
    const groups = new Reader(block.subarray(-4)).u32()
    const starts = new Reader(block.subarray(block.byteLength - 4 - 4 * groups))
    const first = read.length
    const entries = new Reader(block.subarray(0, block.byteLength - 4 - 4 * groups))
    while (!entries.isAtEnd) {
      if ((read.length - first) % 16 === 0) expect(starts.u32()).toBe(entries.at)
      const [shared, unshared, tag] = [entries.varint(), entries.varint(), entries.varint()]
      const key = b4a.concat([(read.at(-1)?.[0] ?? b4a.alloc(0)).subarray(0, shared), entries.take(unshared)])
      const value = entries.take(Math.floor(tag / 4))
      if (read.length === first) expect(key).toEqual(firstKeys[i])
      read.push([key, [() => null, () => value, () => pointed(value)][tag % 4]!()])
    }
  }
  const points = { [Symbol.iterator]: () => memtableOf(ops).entries() }
  const text = ([key, value]: [Uint8Array, Uint8Array | null]): string =>
    `${b4a.toString(key)} ${value && b4a.toString(value, 'hex')}`
  expect(read.map(text)).toEqual(Array.from(points, text))

  const filter = parts.take(filterBytes!)
  expect(filterBytes).toBe(Math.ceil((read.length * 10) / 8))
  for (const [key] of read)
    for (let i = 0; i < 7; i++) {
      const bit = ((hashKey(key, 0) + i * hashKey(key, 0x9747b28c)) % 2 ** 32) % (8 * filterBytes!)
      expect((filter[Math.floor(bit / 8)]! >> (bit % 8)) & 1).toBe(1)
    }

  function pointed(bytes: Uint8Array): Uint8Array {
    const fields = new Reader(bytes)
    const [file, offset, length, crc] = [fields.varint(), fields.varint(), fields.varint(), fields.varint()]
    const values = layers.files.bytes.get(`00000${file}.val`)!
    expect(b4a.toString(values.subarray(0, 8))).toBe('KVVALUES')
    const value = values.subarray(offset, offset + length)
    expect(crc32(value)).toBe(crc)
    return value
  }
})
