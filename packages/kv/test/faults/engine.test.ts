import { expect, test } from 'vitest'
import { testEngine } from '../../compliance/index.js'
import {
  FaultEngine,
  FaultPlan,
  MemoryEngine,
  type Fault,
  type FaultAction,
  type Op
} from '../../src/index.js'
import { contents, randomNumbers, randomOps } from '../stores/recorded.js'

const put = (key: string, value = key): Op => ({
  type: 'put',
  key: Buffer.from(key),
  value: Buffer.from(value)
})
const EIO = { code: 'EIO' }

/** @returns the keys that are there */
async function keysOf(engine: FaultEngine): Promise<string> {
  const lines = (await contents(engine)).split('\n')
  return lines.map((line) => Buffer.from(line.split(' ')[0]!, 'hex').toString()).join(' ')
}

async function opened(plan = new FaultPlan()): Promise<FaultEngine> {
  const engine = new FaultEngine(new MemoryEngine({ reusable: true }), plan)
  await engine.open()
  return engine
}

testEngine(test, {
  name: 'memory without faults',
  supports: { persistent: true, suspend: false, compact: false, readOnly: false },
  create() {
    const engine = new FaultEngine(new MemoryEngine({ reusable: true }))
    return { engine: () => engine }
  }
})

test('fail: the nth batch does nothing and rejects, the others go on', async () => {
  const engine = await opened(new FaultPlan([{ on: 'batch', nth: 2, action: 'fail' }]))
  await engine.batch([put('a')])
  await expect(engine.batch([put('b')])).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: EIO })
  await engine.batch([put('c')])
  expect(await keysOf(engine)).toBe('a c')
  expect(engine.plan.hits).toEqual([{ on: 'batch', action: 'fail', file: '' }])
  await engine.close()
})

test('fail: open, getMany, next, flush and compact reject with the error that is given', async () => {
  const error = new Error('mine')
  const engine = new FaultEngine(new MemoryEngine())
  for (const on of ['open', 'getMany', 'next', 'flush', 'compact'] as const)
    engine.plan.add({ on, action: 'fail', error })
  await expect(engine.open()).rejects.toBe(error)
  await engine.open()
  const iterator = engine.iterator({})
  const calls = [
    () => engine.getMany([]),
    () => iterator.next(1),
    () => engine.flush(),
    () => engine.compact()
  ]
  for (const call of calls) {
    await expect(call()).rejects.toBe(error)
    await call()
  }
  await engine.close()
})

test('drop: a batch is acknowledged and not there', async () => {
  const engine = await opened(new FaultPlan([{ on: 'batch', action: 'drop' }]))
  await engine.batch([put('a')])
  await engine.batch([put('b')])
  expect(await keysOf(engine)).toBe('b')
  await engine.close()
})

test('delay: a batch, those after it and close() wait for release(); reads do not', async () => {
  const engine = await opened(new FaultPlan([{ on: 'batch', action: 'delay' }]))
  const batches = [engine.batch([put('a')]), engine.batch([put('a', 'later'), put('b')])]
  expect(await keysOf(engine)).toBe('')
  expect(engine.plan.held).toBe(1)
  const closed = engine.close()
  engine.plan.release()
  await Promise.all([...batches, closed])
  await engine.open()
  expect(String((await engine.getMany([Buffer.from('a')]))[0])).toBe('later')
  await engine.close()
})

test('tear: the first ops are there, and batches are refused until it is reopened', async () => {
  const engine = await opened(new FaultPlan([{ on: 'batch', action: 'tear', keep: 1 }]))
  const failed = { code: 'ENGINE_FAILED', cause: EIO }
  await expect(engine.batch([put('a'), put('b'), put('c')])).rejects.toMatchObject(failed)
  await expect(engine.batch([put('d')])).rejects.toMatchObject(failed)
  expect(await keysOf(engine)).toBe('a')
  await engine.close()
  await engine.open()
  await engine.batch([put('d')])
  expect(await keysOf(engine)).toBe('a d')
  await engine.close()
})

test('reorder: a batch is acknowledged, and applied after the next one', async () => {
  const engine = await opened(new FaultPlan([{ on: 'batch', action: 'reorder' }]))
  await engine.batch([put('a', 'first')])
  expect(await keysOf(engine)).toBe('')
  await engine.batch([put('a', 'second'), put('b')])
  expect(String((await engine.getMany([Buffer.from('a')]))[0])).toBe('first')
  engine.plan.add({ on: 'batch', action: 'reorder' })
  await engine.batch([put('c')])
  await engine.close()
  await engine.open()
  expect(await keysOf(engine), 'close() applies it').toBe('a b c')
  await engine.close()
})

test('space: batches that do not fit fail wholly, until there is more', async () => {
  const engine = await opened()
  engine.space = 4
  await engine.batch([put('a')])
  const refused = engine.batch([put('b'), put('c')])
  await expect(refused).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: { code: 'ENOSPC' } })
  expect(await keysOf(engine)).toBe('a')
  engine.space = Infinity
  await engine.batch([put('b'), put('c')])
  expect(await keysOf(engine)).toBe('a b c')
  await engine.close()
})

test('loseUnsynced: what came after the last flush() is gone, and it goes on', async () => {
  const random = randomNumbers(5)
  const engine = await opened(new FaultPlan([{ on: 'flush', nth: 2, action: 'drop' }]))
  for (let i = 0; i < 50; i++) await engine.batch(randomOps(random))
  await engine.flush()
  const flushed = await contents(engine)
  for (let i = 0; i < 50; i++) await engine.batch(randomOps(random))
  await engine.flush() // dropped
  expect(await contents(engine)).not.toBe(flushed)
  await engine.loseUnsynced()
  expect(await contents(engine)).toBe(flushed)
  await engine.batch([put('zz')])
  expect(await keysOf(engine)).toMatch(/ zz$/)
  await engine.close()
})

test('the same seed gives the same faults, another one others', async () => {
  const run = async (seed: number): Promise<{ results: string[]; hits: unknown }> => {
    const actions: FaultAction[] = ['fail', 'drop', 'reorder']
    const plan = new FaultPlan(
      actions.map((action) => ({ on: 'batch', action, oneIn: 8 })),
      seed
    )
    const engine = await opened(plan)
    const results: string[] = []
    for (let i = 0; i < 60; i++)
      results.push(
        await engine.batch([put(`${i}`)]).then(
          () => 'done',
          () => 'failed'
        )
      )
    results.push(await contents(engine))
    await engine.close()
    return { results, hits: plan.hits }
  }
  const first = await run(1)
  expect(first.results).toContain('failed')
  expect(await run(1)).toEqual(first)
  expect((await run(2)).hits).not.toEqual(first.hits)
})

test('a plan refuses what cannot happen', () => {
  const refusal = (field: string) => expect.objectContaining({ code: 'BAD_ARGUMENT', field })
  expect(() => new FaultPlan([{ on: 'nothing' as 'read', action: 'fail' }])).toThrow(refusal('on'))
  expect(() => new FaultPlan([{ on: 'read', action: 'tear' }])).toThrow(refusal('action'))
  const message = (fault: object) => () => new FaultPlan([fault as Fault])
  expect(message({ on: 'x', action: 'fail' })).toThrow(
    /on must be one of open, getMany, .*, unlink, got a string of 1 character$/
  )
  expect(message({ on: 'open', action: 'tear' })).toThrow(
    'action must be one of fail, delay for an open, got'
  )
  expect(() => new FaultPlan([{ on: 'read', action: 'fail', nth: 0 }])).toThrow(refusal('nth'))
  expect(() => new FaultPlan([{ on: 'read', action: 'fail', oneIn: 0 }])).toThrow(refusal('oneIn'))
  expect(() => new FaultEngine({} as MemoryEngine)).toThrow(refusal('engine'))
})
