import { MemoryEngine } from '@manycore/kv'
import { FaultEngine } from '@manycore/kv/faults'
import { expect, test } from 'vitest'
import { Index } from '../../src/index.js'
import type { Item, StoreOp } from '../../src/index.js'
import { bytes, itemsOf, numbered } from '../kit/sets.js'

const PREFIX = Uint8Array.of(7, 0)
const OLD = Uint8Array.of(1)
const NEW = Uint8Array.of(2)
const SET = numbered(0, 500)

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value))
const put = (key: string, value: string): StoreOp => ({ type: 'put', key: text(key), value: text(value) })

async function opened(): Promise<{ engine: FaultEngine; index: Index }> {
  const engine = new FaultEngine(new MemoryEngine())
  await engine.open()
  const index = new Index({ engine, prefix: PREFIX })
  await index.rebuild(itemsOf(SET), { stamp: OLD, ops: [put('map', 'old'), put('gone', 'x')] })
  return { engine, index }
}

/** What another process finds: stamp, size and the caller's two keys. */
async function found(engine: FaultEngine): Promise<unknown[]> {
  const index = new Index({ engine, prefix: PREFIX })
  await index.ready()
  const values = await engine.getMany([text('map'), text('gone')])
  return [index.stamp, index.size, ...values.map((value) => value && Buffer.from(value).toString())]
}

const OPS = (): StoreOp[] => [
  put('map', 'half'),
  { type: 'del', key: text('gone') },
  put('map', 'new'),
  { type: 'delRange', start: text('x'), end: text('y') }
]

for (const call of ['flush', 'rebuild'] as const) {
  test(`the caller's ops are in the batch of ${call}(): all of it is there, or nothing`, async () => {
    const failures: boolean[] = []
    while (failures.at(-1) !== false) {
      const { engine, index } = await opened()
      engine.plan.add({ on: 'batch', action: 'fail', nth: failures.length + 1 })
      const change = async () => {
        if (call === 'rebuild') return index.rebuild(itemsOf(numbered(0, 600)), { stamp: NEW, ops: OPS() })
        for (const { id, version } of itemsOf(numbered(500, 600))) await index.set(id, version)
        return index.flush({ stamp: NEW, ops: OPS() })
      }
      const failed = await change().then(
        () => false,
        () => true
      )
      failures.push(failed)
      expect(await found(engine)).toEqual(failed ? [OLD, 500, 'old', 'x'] : [NEW, 600, 'new', null])
    }
    expect(failures.length).toBe(call === 'flush' ? 2 : 4)
  })
}

test('what the source of a rebuild adds to the ops is in its last batch', async () => {
  const { engine, index } = await opened()
  const ops: StoreOp[] = []
  const source = function* (): Generator<Item> {
    for (const item of itemsOf(numbered(0, 50))) {
      yield item
      ops.push({ type: 'put', key: text(`of ${item.id[0]!}`), value: item.id.slice() })
    }
  }
  await index.rebuild(source(), { stamp: NEW, ops })
  for (const { id } of itemsOf(numbered(0, 50))) {
    const [value] = await engine.getMany([text(`of ${id[0]!}`)])
    expect(value?.[0]).toBe(id[0])
  }
})

test('ops that touch the index, or are none, are refused by name, and nothing has changed', async () => {
  const { engine, index } = await opened()
  const [id] = SET.keys()
  await index.remove(bytes(id!))
  const at = (key: number[]) => Uint8Array.from(key)
  const range = (start: number[], end: number[]) => ({ type: 'delRange', start: at(start), end: at(end) })
  const cases: [string, unknown][] = [
    ['ops', 'none'],
    ['ops[0]', [null]],
    ['ops[0]', [{ type: 'get', key: at([1]) }]],
    ['ops[1].key', [put('a', 'b'), { type: 'put', key: at([7, 0]), value: at([]) }]],
    ['ops[0].key', [{ type: 'del', key: at([7, 0, 1, 5]) }]],
    ['ops[0].key', [{ type: 'del', key: 'abc' }]],
    ['ops[0].value', [{ type: 'put', key: at([1]), value: 'x' }]],
    ['ops[0]', [range([7], [7, 0, 0])]],
    ['ops[0]', [range([7, 0], [9])]],
    ['ops[0]', [range([7, 0, 255], [7, 1])]],
    ['ops[0]', [range([], [255])]],
    ['ops[0]', [{ type: 'delRange', start: at([8]) }]]
  ]
  for (const [field, ops] of cases)
    for (const call of [
      () => index.flush({ stamp: NEW, ops: ops as StoreOp[] }),
      () => index.rebuild([], { stamp: NEW, ops: ops as StoreOp[] })
    ])
      await expect(call(), field).rejects.toMatchObject({ name: 'TypeError', code: 'BAD_ARGUMENT', field })
  expect([index.size, index.stamp]).toEqual([499, OLD])
  expect(await found(engine)).toEqual([OLD, 500, 'old', 'x'])
  const beside = [range([7], [7, 0]), range([7, 1], [8]), range([7, 1], [7]), { type: 'del', key: at([7]) }]
  await index.flush({ stamp: NEW, ops: beside as StoreOp[] })
  expect(await found(engine)).toEqual([NEW, 499, 'old', 'x'])
})

test('without an engine there is no batch, and ops are refused', async () => {
  const index = new Index()
  await index.flush({ stamp: NEW, ops: [] })
  for (const call of [
    () => index.flush({ stamp: OLD, ops: OPS() }),
    () => index.rebuild([], { stamp: OLD, ops: OPS() })
  ])
    await expect(call()).rejects.toMatchObject({ code: 'BAD_ARGUMENT', field: 'ops' })
  expect(index.stamp).toEqual(NEW)
})

test('three hundred thousand ops go in one batch', async () => {
  const { engine, index } = await opened()
  const ops = Array.from({ length: 300_000 }, (_, i) => put(`key ${i}`, `${i}`))
  await index.flush({ stamp: NEW, ops })
  const [value] = await engine.getMany([text('key 299999')])
  expect(Buffer.from(value!).toString()).toBe('299999')
})
