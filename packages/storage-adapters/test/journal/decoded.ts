import b4a from 'b4a'
import { hash } from 'hypercore-crypto'
import { expect } from 'vitest'
import type { Entry } from '@manycore/kv'

// A second decoder of the journal, written from docs/storage-format.md alone: nothing of src/ is used here.

/** A journal as it is stored. */
export interface Decoded {
  head: { epoch: string; opening: string } | null
  /** by data pointer */
  places: Record<number, { counter: number; discoveryKey: string }>
  /** by counter: discovery keys, in hex */
  changes: Record<number, string>
  /** keys of what others derive, without `e0 10` */
  derived: string[]
}

/** Reads what begins with `e0`, and fails at any byte that the document does not allow. */
export function decoded(entries: readonly Entry[]): Decoded {
  const found: Decoded = { head: null, places: {}, changes: {}, derived: [] }
  for (const { key, value } of entries) {
    if (key[0] !== 0xe0) continue
    if (key[1] === 0x10) {
      found.derived.push(b4a.toString(key.subarray(2)))
      continue
    }
    const body = value.subarray(0, value.length - 4)
    const check = hash(b4a.concat([key, body])).subarray(0, 4)
    expect(b4a.toString(value.subarray(body.length), 'hex')).toBe(b4a.toString(check, 'hex'))
    if (key[1] === 0) {
      expect(key).toHaveLength(2)
      expect(body[0]).toBe(1)
      const epoch = b4a.toString(body.subarray(1, 17), 'hex')
      expect(epoch).toHaveLength(32)
      found.head = { epoch, opening: b4a.toString(body.subarray(17)) }
    } else if (key[1] === 1) {
      expect([key.length, body.length]).toEqual([10, 40])
      found.places[u64(key, 2)] = {
        counter: u64(body, 0),
        discoveryKey: b4a.toString(body.subarray(8), 'hex')
      }
    } else {
      expect([key[1], key.length, body.length]).toEqual([2, 10, 32])
      found.changes[u64(key, 2)] = b4a.toString(body, 'hex')
    }
  }
  return found
}

function u64(bytes: Uint8Array, at: number): number {
  const n = BigInt(`0x${b4a.toString(bytes.subarray(at, at + 8), 'hex')}`)
  expect(n).toBeLessThanOrEqual(2n ** 53n - 1n)
  return Number(n)
}
