import { expect, test } from 'vitest'
import type { Hypercore } from '@manycore/hypercore-types'
import { CORES_AT_ONCE, PATIENCE_MS } from '../../src/defaults.js'
import type { ReplicationPolicy } from '../../src/index.js'
import { ManualClock } from '../kit/manual-clock.js'
import { turns, until } from '../kit/policed.js'
import { offered, side, type Side } from '../kit/side.js'
import { inMemory } from '../kit/wires.js'

const MANY = 2 * CORES_AT_ONCE + 10

/** Cores that want data, of a key that only we know. */
async function wanting({ source }: Side, count: number): Promise<Hypercore[]> {
  const cores: Hypercore[] = []
  for (let i = 0; i < count; i++) {
    const core = await source.get({ blocks: [] })
    core.download({ start: 0, end: -1 })
    cores.push(core)
  }
  return cores
}

/** A policy that answers in a later turn, and how many of its answers were awaited at a time, at most. */
function counting(answer = () => true): {
  policy: ReplicationPolicy
  asked: { now: number; most: number; all: number }
} {
  const asked = { now: 0, most: 0, all: 0 }
  const access = async (): Promise<boolean> => {
    asked.all++
    asked.most = Math.max(asked.most, ++asked.now)
    await new Promise((resolve) => setImmediate(resolve))
    asked.now--
    return answer()
  }
  return { policy: { access }, asked }
}

test('of many cores to offer, policies are asked about so many at a time', async () => {
  const near = side({ clock: new ManualClock() }) // nobody loses patience
  const cores = await wanting(near, MANY)
  const { policy, asked } = counting()
  const [one, other] = await inMemory()
  side().replicator.replicate(other)
  near.replicator.replicate(one, { policy })
  await until(() => cores.every((core) => offered(core, one)))
  expect(asked.all).toBe(MANY)
  expect(asked.most).toBe(CORES_AT_ONCE)
})

test('of many open cores that are reviewed, policies are asked about so many at a time', async () => {
  const near = side({ clock: new ManualClock() }) // nobody loses patience
  const cores = await wanting(near, MANY)
  let allowed = true
  const { policy, asked } = counting(() => allowed)
  const [one, other] = await inMemory()
  side().replicator.replicate(other)
  near.replicator.replicate(one, { policy })
  await until(() => cores.every((core) => offered(core, one)))
  allowed = false
  asked.most = 0
  await near.replicator.policyChanged()
  expect(cores.filter((core) => offered(core, one))).toEqual([])
  expect(asked.most).toBe(CORES_AT_ONCE)
})

test('many cores that begin to want data at once are offered so many at a time', async () => {
  const near = side({ clock: new ManualClock() }) // nobody loses patience
  const cores: Hypercore[] = []
  for (let i = 0; i < MANY; i++) cores.push(await near.source.get({ blocks: [] }, { active: false }))
  const { policy, asked } = counting()
  const [one, other] = await inMemory()
  side().replicator.replicate(other)
  near.replicator.replicate(one, { policy })
  await turns()
  expect(asked.all).toBe(0)
  const sessions = cores.map((core) => near.source.session(core.core!))
  await Promise.all(sessions.map((session) => session.ready()))
  for (const session of sessions) session.download({ start: 0, end: -1 })
  await until(() => cores.every((core) => offered(core, one)))
  expect(asked.most).toBeLessThanOrEqual(CORES_AT_ONCE)
})

test('a policy that does not answer about many cores does not keep the others from being asked about', async () => {
  const clock = new ManualClock()
  const near = side({ clock })
  await wanting(near, MANY)
  let asked = 0
  const access = (): Promise<boolean> => {
    asked++
    return new Promise(() => {})
  }
  const [one, other] = await inMemory()
  side().replicator.replicate(other)
  near.replicator.replicate(one, { policy: { access } })
  await until(() => asked === CORES_AT_ONCE)
  await turns()
  expect(asked).toBe(CORES_AT_ONCE)
  for (let rest = MANY; rest > CORES_AT_ONCE; rest -= CORES_AT_ONCE) {
    for (const [id, { fn, ms }] of clock.timers) if (ms === PATIENCE_MS && clock.timers.delete(id)) fn()
    await turns()
  }
  expect(asked).toBe(MANY)
})

test('detaching many cores from a stream waits for its handshake once', async () => {
  const near = side()
  const cores = await wanting(near, 50)
  const [one, other] = await inMemory()
  side().replicator.replicate(other)
  near.replicator.replicate(one)
  await one.opened
  await turns()
  let waits = 0
  const { opened } = one
  Object.defineProperty(one, 'opened', { get: () => (waits++, opened) })
  for (const core of cores) near.replicator.detach(core)
  expect(waits).toBe(1)
  expect(cores.filter((core) => offered(core, one))).toEqual([])
})

test('a core that is attached and detached in one turn has no channel in the end, however many', async () => {
  const near = side()
  const cores = await wanting(near, 20)
  const [one, other] = await inMemory()
  side().replicator.replicate(other)
  near.replicator.replicate(one, { active: false })
  await one.opened
  for (const core of cores) {
    near.replicator.attach(core)
    near.replicator.detach(core)
    await Promise.resolve() // in another microtask
  }
  await turns()
  const mux = one.userData!
  const open = cores.filter(({ discoveryKey }) =>
    mux.opened({ protocol: 'hypercore/alpha', id: discoveryKey })
  )
  expect(open).toEqual([])
})

test('leaving a stream waits for no channel that has nothing at work', async () => {
  const near = side()
  const cores = await wanting(near, 50)
  const far = side()
  for (const core of cores) await far.source.get({ key: core.key! })
  const [one, other] = await inMemory()
  far.replicator.replicate(other)
  near.replicator.replicate(one)
  await until(() => cores.every((core) => core.peers.length === 1))
  await turns()
  let waits = 0
  for (const { discoveryKey } of cores) {
    const channel = one.userData!.getLastChannel({ protocol: 'hypercore/alpha', id: discoveryKey })!
    const wait = channel.fullyClosed.bind(channel)
    channel.fullyClosed = () => (waits++, wait())
  }
  await near.replicator.close({ leaveStreams: true })
  expect(waits).toBe(0)
  expect(cores.filter((core) => offered(core, one))).toEqual([])
})
