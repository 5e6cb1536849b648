import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Catalog } from '../../../src/mirror/cores/catalog.js'
import { storedCopy } from '../../kit/stored-copy.js'

test('a catalog has what is held, each core in a slot of its own', () => {
  const change = fc.record({ n: fc.nat(200), length: fc.nat(3), isTaken: fc.boolean() })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 600 }), (changes) => {
      const catalog = new Catalog()
      const model = new Map<number, { slot: number; length: number; holds: number }>()
      for (const { n, length, isTaken } of changes) {
        const known = model.get(n)
        if (length === 3 && known !== undefined) {
          catalog.release(known.slot)
          if (--known.holds === 0) model.delete(n)
        } else if (isTaken) {
          const slot = catalog.take(storedCopy(n, length))
          if (known !== undefined) expect(slot).toBe(known.slot)
          model.set(n, { slot, length, holds: (known?.holds ?? 0) + 1 })
        } else {
          expect(catalog.update(storedCopy(n, length))).toBe(known !== undefined && known.length !== length)
          if (known !== undefined) known.length = length
        }
      }
      expect(catalog.size).toBe(model.size)
      expect(new Set([...model.values()].map(({ slot }) => slot)).size).toBe(model.size)
      for (let n = 0; n <= 200; n++) {
        const { discoveryKey, key } = storedCopy(n, 0)
        const slot = catalog.find(discoveryKey)
        expect(slot).toBe(model.get(n)?.slot ?? -1)
        if (slot === -1) continue
        expect(catalog.has(slot)).toBe(true)
        expect(b4a.equals(catalog.key(slot), key)).toBe(true)
        expect(catalog.state(slot)[6]).toBe(model.get(n)!.length)
      }
    })
  )
})
