import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { expect, test } from 'vitest'
import { DISCOVERY_KEYS_KEPT } from '../../src/defaults.js'
import { discoveryKeyOf } from '../../src/get/identity.js'

test('a discovery key is that of its key, also when it is remembered and once it is forgotten', () => {
  const keys = Array.from({ length: DISCOVERY_KEYS_KEPT + 10 }, (_, i) => keyOf(i))
  for (const key of [...keys, ...keys.slice(-5), ...keys.slice(0, 5)]) {
    expect(discoveryKeyOf(key)).toEqual(crypto.discoveryKey(key))
  }
  expect(discoveryKeyOf(keys[4]!)).toBe(discoveryKeyOf(b4a.from(keys[4]!)))
})

function keyOf(i: number): Uint8Array {
  const key = b4a.alloc(32)
  new DataView(key.buffer, key.byteOffset).setUint32(0, i)
  return key
}
