import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { randomNumbers } from '../../src/faults/plan.js'
import {
  findHeader,
  type LogVersion,
  readHeader,
  RECORD_HEADER_BYTES,
  sealRecord
} from '../../src/log/record.js'

const VERSIONS: LogVersion[] = [1, 2]
const BYTES = 4096
/** Bytes between records; of most of these nothing but the checksum tells that they are no headers. */
const FILL: Record<string, (i: number) => number> = {
  zeros: () => 0,
  'numbers 1': (i) => (i % 4 === 0 ? 1 : 0),
  'a byte in two': (i) => i & 1,
  'a byte in three': (i) => (i % 3 === 0 ? 1 : 0),
  'nothing of any order': (i) => Math.imul(i + 1, 0x9e3779b1) >>> 24
}

function record(version: LogVersion, log: number, offset: number, payload: number): Uint8Array {
  const room = new Uint8Array(RECORD_HEADER_BYTES + payload).fill(7, RECORD_HEADER_BYTES)
  return sealRecord(room, version, { log, offset }, { log, offset: Math.min(28, offset) })
}

test.each(VERSIONS)(
  'the checksum of a header is the CRC-32 of it and of its place, version %i',
  (version) => {
    for (const [log, offset] of [
      [1, 28],
      [0xfedcba98, 0x89abcdef]
    ] as const) {
      const bytes = Buffer.from(record(version, log, offset, 5))
      const at = bytes.length - 5 - 4
      const place = Buffer.alloc(8)
      place.writeUInt32LE(log, 0)
      place.writeUInt32LE(offset, 4)
      expect(bytes.readUInt32LE(at)).toBe(crc32(Buffer.concat([bytes.subarray(0, at), place])))
    }
  }
)

for (const version of VERSIONS)
  for (const [what, byteAt] of Object.entries(FILL))
    test(`every header is found among ${what}, and nothing else, version ${version}`, () => {
      for (const offset of [0, 28, 255, 256, 0x7ffffff0, 0xffff0000 - BYTES]) {
        const random = randomNumbers(offset + version)
        const log = 1 + random(300)
        const bytes = Uint8Array.from({ length: BYTES }, (_, i) => byteAt(i))
        const places: number[] = []
        for (let at = random(40); at < BYTES - 60; at += 40 + random(300)) {
          bytes.set(record(version, log, offset + at, 1 + random(15)), at)
          places.push(at)
        }
        const found: number[] = []
        for (let from = 0; ; from = found.at(-1)! + 1) {
          const index = findHeader(bytes, from, version, { log, offset }, 0xffffffff)
          if (index === -1) break
          found.push(index)
          expect(readHeader(bytes, index, version, { log, offset: offset + index })).not.toBeNull()
        }
        expect(found).toEqual(places)
      }
    })

test.each(VERSIONS)(
  'a header that ends with the bytes is found, one that lacks a byte is not, version %i',
  (version) => {
    const header = record(version, 3, 28, 1).subarray(0, -1)
    const at = { log: 3, offset: 28 }
    expect(findHeader(header, 0, version, at, 100)).toBe(0)
    expect(findHeader(header.subarray(0, -1), 0, version, at, 100)).toBe(-1)
    expect(findHeader(header, 0, version, { log: 3, offset: 29 }, 100)).toBe(-1)
    expect(findHeader(header, 1, version, at, 100)).toBe(-1)
    expect(findHeader(header, 0, version, at, 0)).toBe(-1)
    expect(
      findHeader(Buffer.concat([Buffer.from([9, 9]), header]), 0, version, { log: 3, offset: 26 }, 100)
    ).toBe(2)
  }
)
