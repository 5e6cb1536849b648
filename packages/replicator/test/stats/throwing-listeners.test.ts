import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import Hypercore from 'hypercore'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { HypercoreSet, Replicator, type ReplicatorEvents } from '../../src/index.js'
import { ManualClock } from '../kit/manual-clock.js'
import { offered, read, refused, side } from '../kit/side.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'
import { destroyed, inMemory } from '../kit/wires.js'

// vitest listens for uncaught exceptions as well, and would fail the run.
let uncaught: unknown[]
let others: NodeJS.UncaughtExceptionListener[]

beforeEach(() => {
  uncaught = []
  others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (err) => uncaught.push(err))
})

afterEach(() => {
  process.removeAllListeners('uncaughtException')
  for (const listener of others) process.on('uncaughtException', listener)
})

/** The first listener of an event throws; the second says that it was called. */
function throwing<K extends keyof ReplicatorEvents>(replicator: Replicator, event: K): Promise<void> {
  replicator.on(event, () => {
    throw new Error(event)
  })
  return new Promise((resolve) => replicator.on(event, () => resolve()))
}

async function told(event: string): Promise<void> {
  while (uncaught.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(new Set(uncaught.map((err) => (err as Error).message))).toEqual(new Set([event]))
}

test.each(['stream-open', 'attach', 'detach', 'stream-close'] as const)(
  'a listener of %s that throws: replicate() and close() are well, the block comes, the others are called',
  async (event) => {
    const [near, far] = [side(), side()]
    const called = throwing(near.replicator, event)
    const [one, other] = await inMemory()
    const core = await near.source.get({ blocks: ['x'] })
    expect(near.replicator.replicate(one)).toBe(one)
    far.replicator.replicate(other)
    expect(near.replicator.streams.records).toHaveLength(1)
    expect(await read(await far.source.get({ key: core.key! }))).toBe('x')
    near.replicator.detach(core)
    expect(offered(core, one)).toBe(false)
    await destroyed(one)
    await called
    await told(event)
    expect(near.replicator.streams.records).toEqual([])
    await near.replicator.close()
  }
)

test('a listener of denied that throws: the peer is refused, the policies go on, the others are called', async () => {
  let allow = false
  const [near, far] = [side({ policy: { access: () => allow } }), side()]
  const called = throwing(near.replicator, 'denied')
  const core = await near.source.get({ blocks: ['x'] })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const copy = await far.source.get({ key: core.key! })
  await refused(copy, other)
  await called
  await told('denied')
  allow = true
  await near.replicator.policyChanged()
  expect(await read(copy)).toBe('x')
})

test.each(['core-error', 'limited'] as const)(
  'a listener of %s that throws: the stream goes on, the others are called',
  async (event) => {
    const near = side({ limits: { pendingOpens: event === 'limited' ? 1 : 16 } })
    const far = side()
    near.replicator.removeAllListeners('core-error')
    const called = throwing(near.replicator, event)
    const core = await near.source.get({ blocks: ['x'] }, { active: false })
    const { open } = near.source
    let release = (): void => {}
    const waited = new Promise<null>((resolve) => (release = () => resolve(null)))
    near.source.open = () => (event === 'limited' ? waited : Promise.reject(new Error('no')))
    const [one, other] = await inMemory()
    near.replicator.replicate(one)
    far.replicator.replicate(other)
    const asked = [await far.source.get({ blocks: ['1'] }), await far.source.get({ blocks: ['2'] })]
    await called
    release()
    for (const each of asked) await refused(each, other)
    await told(event)
    near.source.open = open
    expect(await read(await far.source.get({ key: core.key! }))).toBe('x')
  }
)

test('a listener of stalled that throws: the others are called, and other streams are looked at', async () => {
  const clock = new ManualClock()
  const replicator = new Replicator(new HypercoreSet(), { clock })
  onTestFinished(() => replicator.close())
  const called = throwing(replicator, 'stalled')
  for (let i = 0; i < 2; i++) replicator.replicate(true).on('error', () => {})
  let stalled = 0
  replicator.on('stalled', () => void stalled++)
  for (let i = 0; i < 5; i++) clock.run()
  await called
  await told('stalled')
  expect(stalled).toBe(2)
})

test('a subscriber of a diagnostics channel that throws: replicate() is well, the others are called', async () => {
  const fail = (): void => {
    throw new Error('attach')
  }
  subscribe('manycore:replicator:attach', fail)
  onTestFinished(() => void unsubscribe('manycore:replicator:attach', fail))
  const near = side()
  const core = await near.source.get({ blocks: ['x'] })
  const attached = new Promise((resolve) => near.replicator.once('attach', resolve))
  const [one] = await inMemory()
  near.replicator.replicate(one)
  expect(await attached).toBe(core.core)
  await told('attach')
})

test('listeners of a HypercoreSet that throw: the core is in the set, the others are called', async () => {
  const set = new HypercoreSet()
  onTestFinished(() => set.close())
  set.on('downloading', () => {
    throw new Error('downloading')
  })
  const called = new Promise((resolve) => set.on('downloading', resolve))
  const core = new Hypercore(temporaryDirectory())
  onTestFinished(() => core.close())
  set.add(core)
  expect(await called).toBe(core.core)
  expect(set.size).toBe(1)
  await told('downloading')
})
