import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdSet } from '../../../src/mirror/cores/id-set.js'

/** Ids that begin with the same eight bytes are one; some begin like what means something else in the table. */
function idOf(n: number): Uint8Array {
  const id = b4a.alloc(16, 7)
  id[0] = n >> 4
  id[3] = (n & 3) << 2
  id[7] = n & 12
  return id
}

test('a set of ids has what was added and not deleted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ n: fc.nat(300), isAdded: fc.boolean() }), { maxLength: 900 }),
      (changes) => {
        const [set, model] = [new IdSet(), new Set<number>()]
        for (const { n, isAdded } of changes) {
          if (isAdded) set.add(idOf(n))
          else set.delete(idOf(n))
          if (isAdded) model.add(n)
          else model.delete(n)
        }
        expect(set.size).toBe(model.size)
        for (let n = 0; n <= 300; n++) expect(set.has(idOf(n))).toBe(model.has(n))
      }
    )
  )
})
