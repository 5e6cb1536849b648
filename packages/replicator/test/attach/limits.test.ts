import { EventEmitter } from 'node:events'
import b4a from 'b4a'
import type { InnerCore } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { Replicator, type Limits, type ReplicatorError } from '../../src/index.js'
import { next, StoredCores } from '../kit/stored-cores.js'
import { offered, read, refused, side, type Side } from '../kit/side.js'
import { inMemory } from '../kit/wires.js'

/** Stored cores that tell when one comes in, and count what they are asked for. */
class Watched extends StoredCores {
  readonly watchers = new Set<(core: InnerCore) => void>()
  lookups = 0
  busy = 0
  busiest = 0
  /** awaited within every look-up */
  pause: () => Promise<void> = async () => {}

  watch(fn: (core: InnerCore) => void): () => void {
    this.watchers.add(fn)
    return () => this.watchers.delete(fn)
  }

  override load(opts: { discoveryKey: Uint8Array; [option: string]: unknown }): InnerCore {
    const core = super.load(opts)
    for (const fn of this.watchers) fn(core)
    return core
  }

  override async open(discoveryKey: Uint8Array): Promise<InnerCore | null> {
    this.lookups++
    this.busiest = Math.max(this.busiest, ++this.busy)
    const found = await super.open(discoveryKey)
    await this.pause()
    this.busy--
    return found
  }
}

test('a core that is not here is looked up once, for all streams, until it appears', async () => {
  const { source, near } = watched({}, false)
  const [far, other] = [side(), side()]
  const core = await far.source.get({ blocks: ['a'] })
  const [, stream] = await join(near, far)
  await refused(core, stream)
  const again = await other.source.get({ key: core.key! })
  await refused(again, (await join(near, other))[1])
  expect(source.lookups).toBe(1)

  const copy = source.load({ key: core.key!, discoveryKey: core.discoveryKey! })
  await copy.ready()
  const met = next(core, 'peer-add')
  const [here] = await join(near, far)
  await met
  expect([copy.replicator.attached(here.userData!), source.lookups]).toEqual([true, 2])
})

test('a core that appears while it is looked up is served', async () => {
  const { source, near } = watched({}, false)
  const far = side()
  const core = await far.source.get({ blocks: ['a'] })
  let go = (): void => {}
  const asked = new Promise<void>((started) => {
    source.pause = () => {
      started()
      return new Promise((resolve) => (go = resolve))
    }
  })
  await join(near, far)
  await asked
  const copy = source.load({ key: core.key!, discoveryKey: core.discoveryKey! })
  await copy.ready()
  source.pause = async () => {}
  const met = next(core, 'peer-add')
  go()
  await met
  expect(
    near.replicator.streams.records.map(({ stream }) =>
      copy.replicator.attached(stream.noiseStream.userData!)
    )
  ).toEqual([true])
})

test('the oldest unknown core is forgotten for a new one', async () => {
  const { source, near } = watched({ unknownCores: 1 })
  const far = side({ active: false })
  const cores = await Promise.all(['a', 'b'].map((block) => far.source.get({ blocks: [block] })))
  const [, stream] = await join(near, far)
  for (const core of [cores[0]!, cores[0]!, cores[1]!, cores[1]!, cores[0]!]) {
    far.replicator.attach(core)
    await refused(core, stream)
    far.replicator.detach(core)
  }
  expect(source.lookups).toBe(3)
})

test('a source that tells of no new cores is asked every time', async () => {
  const near = side()
  const far = side()
  const open = near.source.open.bind(near.source)
  let lookups = 0
  near.source.open = (discoveryKey) => {
    lookups++
    return open(discoveryKey)
  }
  const core = await far.source.get({ blocks: ['a'] })
  for (let round = 0; round < 2; round++) {
    const [, stream] = await join(near, far)
    await refused(core, stream)
  }
  expect(lookups).toBe(2)
})

test('no more look-ups than allowed are under way, and the streams are served round robin', async () => {
  const { source, near } = watched({ lookups: 2 })
  source.pause = () => new Promise((resolve) => setImmediate(resolve))
  const [busy, modest] = [side(), side()]
  const order: string[] = []
  const many = await Promise.all(Array.from({ length: 40 }, () => busy.source.get({ blocks: ['x'] })))
  const one = await modest.source.get({ blocks: ['y'] })
  const names = new Map([[b4a.toString(one.discoveryKey!, 'hex'), 'modest']])
  const open = source.open.bind(source)
  source.open = (discoveryKey) => {
    order.push(names.get(b4a.toString(discoveryKey, 'hex')) ?? 'busy')
    return open(discoveryKey)
  }
  const [first, second] = await Promise.all([inMemory(), inMemory()])
  near.replicator.replicate(first[0])
  near.replicator.replicate(second[0])
  busy.replicator.replicate(first[1])
  modest.replicator.replicate(second[1])
  await Promise.all([refused(one, second[1]), ...many.map((core) => refused(core, first[1]))])
  expect(source.busiest).toBe(2)
  expect(order).toHaveLength(41)
  expect(order.indexOf('modest')).toBeLessThan(10)
})

test('the core that was least recently useful makes room for another, not the oldest', async () => {
  const { source, near, events } = watched({ coresPerStream: 3 })
  const far = side()
  const ours = await passive(source, 5)
  const [stream] = await join(near, far)
  const open = (): boolean[] => ours.map((core) => offered(core, stream))
  const copies = []
  for (const core of ours.slice(0, 4)) {
    copies.push(await far.source.get({ key: core.key! }))
    expect(await read(copies.at(-1)!)).toBe('0')
  }
  expect(open()).toEqual([false, true, true, true, false])

  expect(await read(copies[1]!, 1)).toBe('1')
  expect(await read(await far.source.get({ key: ours[4]!.key! }))).toBe('0')
  expect(open()).toEqual([false, true, false, true, true])
  expect(new Set(events)).toEqual(new Set(['TOO_MANY_CORES']))
})

test('a core that was opened just now does not make room for the next one', async () => {
  const { source, near } = watched({ coresPerStream: 3 })
  const far = side()
  const ours = await passive(source, 4)
  const [stream] = await join(near, far)
  for (const core of ours.slice(0, 2)) await read(await far.source.get({ key: core.key! }))
  // In one packet: when the last is opened, no block of the one before has been asked for.
  const both = await Promise.all(ours.slice(2).map(({ key }) => far.source.get({ key: key! })))
  expect(await Promise.all(both.map((core) => read(core)))).toEqual(['0', '0'])
  expect(ours.map((core) => offered(core, stream))).toEqual([false, true, true, true])
})

test('a peer that wants more cores than allowed does not make them replace each other for ever', async () => {
  const { source, near, events } = watched({ coresPerStream: 2 })
  const far = side()
  const ours = await passive(source, 4)
  const [stream] = await join(near, far)
  for (const core of ours) await far.source.get({ key: core.key! })
  let last = -1
  while (last !== events.length) {
    last = events.length
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(ours.filter((core) => offered(core, stream))).toHaveLength(2)
  expect(events.length).toBeLessThan(10)
})

test('cores that our own sessions want do not count', async () => {
  const { source, near, events } = watched({ coresPerStream: 1 })
  const far = side()
  const [stream] = await join(near, far)
  const ours = await Promise.all(['a', 'b', 'c'].map((block) => source.get({ blocks: [block] })))
  for (const core of ours) await read(await far.source.get({ key: core.key! }))
  expect([ours.every((core) => offered(core, stream)), events]).toEqual([true, []])
})

test.each([
  ['limits', 1],
  ['limits.lookups', { lookups: 0 }],
  ['limits.lookups', { lookups: 1.5 }],
  ['limits.pendingOpens', { pendingOpens: '1' }],
  ['limits.unknownCores', { unknownCores: -1 }]
])('%s %o is a BAD_ARGUMENT', (field, limits) => {
  const source = new EventEmitter() as unknown as StoredCores
  source.open = async () => null
  expect(() => new Replicator(source, { limits: limits as Partial<Limits> })).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', field })
  )
  expect(source.listenerCount('downloading')).toBe(0)
})

test('null for all limits is the default of each', async () => {
  const { source } = watched()
  const replicator = new Replicator(source, { limits: null as never })
  await replicator.close()
})

test('close() stops watching the source', async () => {
  const { source, near } = watched()
  expect(source.watchers.size).toBe(1)
  await near.replicator.close()
  expect(source.watchers.size).toBe(0)
})

/** @param active  false = offers nothing by itself, so that only what is asked for is attached */
function watched(
  limits: Partial<Limits> = {},
  active = true
): { source: Watched; near: Side; events: string[] } {
  const source = new Watched()
  const near = side({ limits, active }, source)
  const events: string[] = []
  const onlimited = (err: ReplicatorError): unknown => events.push(err.code)
  near.replicator.on('limited', onlimited)
  onTestFinished(() => void near.replicator.off('limited', onlimited))
  return { source, near, events }
}

/** Cores with two blocks that nobody here wants. */
function passive(source: Watched, count: number): Promise<Awaited<ReturnType<Watched['get']>>[]> {
  return Promise.all(
    Array.from({ length: count }, () => source.get({ blocks: ['0', '1'] }, { active: false }))
  )
}

async function join(near: Side, far: Side): ReturnType<typeof inMemory> {
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  return [one, other]
}
