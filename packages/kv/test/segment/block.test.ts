import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Stored, ValuePointer } from '../../src/cursor/cursor.js'
import { Block, BlockWriter } from '../../src/segment/block.js'
import { key } from '../stores/layers.js'

const stored: fc.Arbitrary<Stored> = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => b4a.from(bytes)),
  fc
    .tuple(fc.nat(2 ** 32 - 1), fc.maxSafeNat(), fc.nat(2 ** 31 - 1), fc.nat(2 ** 32 - 1))
    .map((fields) => new ValuePointer(...fields))
)
const entries = fc
  .uniqueArray(fc.tuple(key, stored), {
    minLength: 1,
    maxLength: 100,
    selector: ([each]) => b4a.toString(each, 'hex')
  })
  .map((list) => list.toSorted(([a], [b]) => b4a.compare(a, b)))

function blockOf(list: readonly (readonly [Uint8Array, Stored])[]): Block {
  const writer = new BlockWriter()
  for (const entry of list) writer.add(...entry)
  return new Block(b4a.from(writer.finish()))
}

/** Every key that the arbitrary can make. */
const everyKey: Uint8Array[] = [[]]
  .flatMap(function longer(bytes: number[]): number[][] {
    return bytes.length === 5 ? [bytes] : [bytes, ...[0, 1, 255].flatMap((byte) => longer([...bytes, byte]))]
  })
  .filter((bytes) => bytes.length > 0)
  .map((bytes) => b4a.from(bytes))

test('finds what was put in and nothing else', () => {
  expect(everyKey.length).toBe(3 + 9 + 27 + 81 + 243)
  fc.assert(
    fc.property(entries, (list) => {
      const block = blockOf(list)
      for (const [each, value] of list) expect(block.get(each)).toEqual(value)
      const there = new Set(list.map(([each]) => b4a.toString(each, 'hex')))
      const found = everyKey.filter((each) => block.get(each) !== undefined)
      expect(found.every((each) => there.has(b4a.toString(each, 'hex')))).toBe(true)
    })
  )
})

test('gives its entries in order, group by group', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const block = blockOf(list)
      const groups = Array.from({ length: block.groups }, (_, i) => block.group(i))
      expect(groups.flatMap(({ keys }) => keys)).toEqual(list.map(([each]) => b4a.from(each)))
      expect(groups.flatMap(({ values }) => values)).toEqual(list.map(([, value]) => value))
    })
  )
})

test('stores of a key only what the key before it has not', () => {
  const long = b4a.alloc(1000, 7)
  const list = Array.from({ length: 16 }, (_, i) => [b4a.concat([long, b4a.from([i])]), null] as const)
  expect(blockOf(list).bytes.byteLength).toBeLessThan(1100)
})

test('a writer makes one block after another', () => {
  const writer = new BlockWriter()
  for (const value of ['first', 'second']) {
    expect(writer.isEmpty).toBe(true)
    writer.add(b4a.from('key'), b4a.from(value))
    expect(b4a.toString(new Block(b4a.from(writer.finish())).get(b4a.from('key')) as Uint8Array)).toBe(value)
  }
})
