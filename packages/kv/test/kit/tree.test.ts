import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tree } from '../../src/kit/tree.js'

type Step = ['set', number, number] | ['delete', number] | ['deleteRange', number, number] | ['snapshot']

const key = (n: number): Uint8Array => b4a.from(`key ${n}`)
const bytewise = (a: [Uint8Array, unknown], b: [Uint8Array, unknown]): number => b4a.compare(a[0], b[0])

const number = fc.nat(300)
const step = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('set' as const), number, fc.nat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), number) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('deleteRange' as const), number, number) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('snapshot' as const)) }
)

/** What the tree should hold, the slow way. */
class Model {
  readonly map: Map<string, number>

  constructor(map: Map<string, number> = new Map()) {
    this.map = map
  }

  entries(gte?: Uint8Array, lt?: Uint8Array): [Uint8Array, number][] {
    const all = Array.from(this.map, ([text, value]): [Uint8Array, number] => [b4a.from(text), value])
    return all
      .filter(([k]) => (!gte || b4a.compare(k, gte) >= 0) && (!lt || b4a.compare(k, lt) < 0))
      .toSorted(bytewise)
  }
}

function run(steps: Step[]): [Tree<number>, Model][] {
  const tree = new Tree<number>()
  const model = new Model()
  const seen: [Tree<number>, Model][] = [[tree, model]]
  for (const [name, a = 0, b = 0] of steps) {
    if (name === 'set') {
      tree.set(key(a), b)
      model.map.set(`key ${a}`, b)
    } else if (name === 'delete') {
      tree.delete(key(a))
      model.map.delete(`key ${a}`)
    } else if (name === 'deleteRange') {
      tree.deleteRange(key(a), key(b))
      for (const [k] of model.entries(key(a), key(b))) model.map.delete(b4a.toString(k))
    } else seen.push([tree.snapshot(), new Model(new Map(model.map))])
  }
  return seen
}

test('is a sorted map, and so is every snapshot of it, whatever happens to the others', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 600 }), number, number, (steps, a, b) => {
      for (const [tree, model] of run(steps as Step[])) {
        expect([...tree.entries()]).toEqual(model.entries())
        const range = { gte: key(a), lt: key(b) }
        expect([...tree.entries(range)]).toEqual(model.entries(key(a), key(b)))
        expect([...tree.entries({ ...range, reverse: true })]).toEqual(
          model.entries(key(a), key(b)).toReversed()
        )
        for (const [k, value] of model.entries()) expect(tree.get(k)).toBe(value)
        expect(tree.get(b4a.from('absent'))).toBe(undefined)
      }
    }),
    { numRuns: 150 }
  )
})

test('holds 50,000 entries in order, set in order, in reverse and shuffled', () => {
  const orders = [(i: number) => i, (i: number) => 49_999 - i, (i: number) => (i * 7919) % 50_000]
  for (const order of orders) {
    const tree = new Tree<number>()
    for (let i = 0; i < 50_000; i++) tree.set(key(order(i)), order(i))
    let [ordered, last] = [0, b4a.alloc(0)]
    for (const [k] of tree.entries()) {
      if (b4a.compare(last, k) < 0) ordered++
      last = k as typeof last
    }
    expect(ordered).toBe(50_000)
    tree.deleteRange(b4a.from('key 1'), b4a.from('key 5'))
    expect([...tree.entries({ lt: b4a.from('key 5') })]).toEqual([[key(0), 0]])
  }
})
