import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CACHED_BLOCK_OVERHEAD_BYTES } from '../../src/defaults.js'
import { BlockCache } from '../../src/segment/block-cache.js'
import { Block } from '../../src/segment/block.js'

const blockOf = (bytes: number): Block => new Block(b4a.alloc(bytes))
const cost = (bytes: number): number => bytes + CACHED_BLOCK_OVERHEAD_BYTES

test('never holds more than its bytes, and what was used last', () => {
  const use = fc.record({ segment: fc.nat(3), offset: fc.nat(3), bytes: fc.integer({ min: 4, max: 4000 }) })
  fc.assert(
    fc.property(fc.array(use, { maxLength: 200 }), fc.nat(20_000), (uses, limit) => {
      const cache = new BlockCache(limit)
      /** oldest use first */
      let model: { place: string; block: Block }[] = []
      for (const { segment, offset, bytes } of uses) {
        const place = `${segment} ${offset}`
        const known = model.find((each) => each.place === place)
        expect(cache.get(segment, offset)).toBe(known?.block)
        const block = known?.block ?? blockOf(bytes)
        if (known === undefined) cache.set(segment, offset, block)
        model = [...model.filter((each) => each !== known), { place, block }]
        if (cost(block.bytes.byteLength) > limit) model.pop()
        const held = (): number => model.reduce((sum, each) => sum + cost(each.block.bytes.byteLength), 0)
        while (held() > limit) model.shift()
        expect(cache.bytes).toBe(held())
        expect(cache.bytes).toBeLessThanOrEqual(limit)
      }
    })
  )
})

test('keeps apart the same offset of different segments, also beyond 32 bits', () => {
  const cache = new BlockCache(1 << 20)
  const blocks = [blockOf(10), blockOf(10), blockOf(10)] as const
  cache.set(1, 0, blocks[0])
  cache.set(0, 2 ** 32 - 1, blocks[1])
  cache.set(2 ** 20, 2 ** 32 - 1, blocks[2])
  expect(cache.get(1, 0)).toBe(blocks[0])
  expect(cache.get(0, 2 ** 32 - 1)).toBe(blocks[1])
  expect(cache.get(2 ** 20, 2 ** 32 - 1)).toBe(blocks[2])
  expect(cache.get(0, 0)).toBe(undefined)
})

test('putting a block again does not count it twice', () => {
  const cache = new BlockCache(1 << 20)
  cache.set(1, 0, blockOf(100))
  cache.set(1, 0, blockOf(200))
  expect(cache.bytes).toBe(cost(200))
})
