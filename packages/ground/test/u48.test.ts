import { expect, test } from 'vitest'
import { U48_BYTES, readU48, writeU48 } from '@manycore/ground'

test.each([0, 1, 255, 256, 0xffffff, 0x1000000, 2 ** 31, 2 ** 32, 2 ** 48 - 1])(
  '%d is six bytes, the lowest first',
  (value) => {
    const bytes = new Uint8Array(U48_BYTES + 2)
    writeU48(bytes, 1, value)
    expect([...bytes]).toEqual([0, ...sixBytesOf(value), 0])
    expect(readU48(bytes, 1)).toBe(value)
  }
)

function sixBytesOf(value: number): number[] {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
  return [...bytes.subarray(0, U48_BYTES)]
}
