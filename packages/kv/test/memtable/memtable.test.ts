import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Op } from '../../src/engine.js'
import { Memtable } from '../../src/memtable/memtable.js'

const key = (n: number): Uint8Array => b4a.from([n])
const byte = fc.nat(40)
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ type: fc.constant('put' as const), key: byte.map(key), value: byte.map(key) }),
  fc.record({ type: fc.constant('del' as const), key: byte.map(key) }),
  fc.record({ type: fc.constant('delRange' as const), start: byte.map(key), end: byte.map(key) })
)

test('says of every key what the last op on it said, and a snapshot what had been said by then', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 80 }), fc.nat(80), (ops, at) => {
      const memtable = new Memtable()
      memtable.apply(ops.slice(0, at))
      const snapshot = memtable.snapshot()
      memtable.apply(ops.slice(at))
      for (let n = 0; n <= 40; n++) {
        expect(memtable.get(key(n))).toEqual(lastSaid(ops, key(n)))
        expect(snapshot.get(key(n))).toEqual(lastSaid(ops.slice(0, at), key(n)))
      }
      const ranges = memtable.ranges()
      for (const [i, range] of ranges.entries()) {
        expect(b4a.compare(range.start, range.end)).toBe(-1)
        if (i > 0)
          expect(b4a.compare(ranges[i - 1]!.end, range.start), 'ranges that touch are joined').toBe(-1)
      }
    }),
    { numRuns: 500 }
  )
})

function lastSaid(ops: readonly Op[], at: Uint8Array): Uint8Array | null | undefined {
  let said: Uint8Array | null | undefined
  for (const each of ops) {
    if (each.type === 'put' && b4a.equals(each.key, at)) said = each.value
    if (each.type === 'del' && b4a.equals(each.key, at)) said = null
    if (each.type === 'delRange' && b4a.compare(each.start, at) <= 0 && b4a.compare(at, each.end) < 0)
      said = null
  }
  return said
}
