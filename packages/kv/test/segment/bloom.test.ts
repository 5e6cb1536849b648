import b4a from 'b4a'
import { expect, test } from 'vitest'
import { BloomBuilder, bloomHas, hashKey } from '../../src/segment/bloom.js'

const keyOf = (n: number): Uint8Array => b4a.from([1, 7, 3, 0, 0, 0, n >>> 16, n >>> 8, n])

test('hashes as MurmurHash3 does elsewhere', () => {
  // From the test vectors of Ian Boyd and of smhasher.
  expect(hashKey(b4a.from(''), 0)).toBe(0)
  expect(hashKey(b4a.from(''), 1)).toBe(0x514e28b7)
  expect(hashKey(b4a.from(''), 0xffffffff)).toBe(0x81f16f39)
  expect(hashKey(b4a.from([0x21, 0x43, 0x65, 0x87]), 0)).toBe(0xf55b516b)
  expect(hashKey(b4a.from([0x21, 0x43, 0x65]), 0)).toBe(0x7e4a8634)
  expect(hashKey(b4a.from([0x21, 0x43]), 0)).toBe(0xa0f7b07a)
  expect(hashKey(b4a.from([0x21]), 0)).toBe(0x72661cf4)
  expect(hashKey(b4a.from('Hello, world!'), 0x9747b28c)).toBe(0x24884cba)
})

test('knows every key it was given, and less than 2 % of the others', () => {
  for (const count of [1, 10, 1000, 100_000]) {
    const builder = new BloomBuilder()
    for (let n = 0; n < count; n++) builder.add(keyOf(2 * n))
    const filter = builder.finish()
    expect(filter.byteLength).toBe(Math.max(16, Math.ceil((10 * count) / 8)))

    let wrong = 0
    for (let n = 0; n < count; n++) if (!bloomHas(filter, keyOf(2 * n))) wrong++
    expect(wrong).toBe(0)
    let taken = 0
    for (let n = 0; n < 100_000; n++) if (bloomHas(filter, keyOf(2 * n + 1))) taken++
    expect(taken).toBeLessThan(2000)
  }
})

test('a filter of no keys has none', () => {
  const filter = new BloomBuilder().finish()
  expect(filter.byteLength).toBe(0)
  expect(bloomHas(filter, keyOf(1))).toBe(false)
})
