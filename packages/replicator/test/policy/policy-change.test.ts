import { randomBytes } from 'node:crypto'
import b4a from 'b4a'
import type { Hypercore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import type { ReplicationPolicy } from '../../src/index.js'
import { ManualClock } from '../kit/manual-clock.js'
import { connected, hex, turns, until } from '../kit/policed.js'
import { offered, read, refused, side, type Side } from '../kit/side.js'
import { StoredCores } from '../kit/stored-cores.js'
import { inMemory } from '../kit/wires.js'

const no = (): boolean => false

test('what is denied now closes, what is allowed now opens, and the stream stays', async () => {
  const allowed = new Set<string>()
  const access: ReplicationPolicy['access'] = ({ key }) => allowed.has(hex(key))
  const { near, far, one, other, ours } = await connected(() => ({ announce: no, access }))
  allowed.add(hex(ours.open.key))
  const open = await far.source.get({ key: ours.open.key! })
  const secret = await far.source.get({ key: ours.secret.key! })
  expect(await read(open)).toBe('open')
  await refused(secret, other)

  allowed.clear()
  allowed.add(hex(ours.secret.key))
  await near.replicator.policyChanged()
  expect([offered(ours.open, one), offered(ours.secret, one)]).toEqual([false, true])
  expect(ours.open.peers).toEqual([])
  expect(await read(secret)).toBe('secret')
  expect([one.destroyed, other.destroyed]).toEqual([false, false])
})

test('only the peer and the core that it is about are asked for again', async () => {
  const asked: [Hypercore['key'], unknown][] = []
  const near = side({
    policy: { access: ({ key }, { stream }) => (asked.push([key, stream]), true) }
  })
  const [a, b] = [await near.source.get({ blocks: ['a'] }), await near.source.get({ blocks: ['b'] })]
  const [[one], [two, peer]] = await Promise.all([inMemory(), inMemory()])
  const attached = Array.from({ length: 4 }, () => null)
  const all = new Promise<void>((resolve) =>
    near.replicator.on('attach', () => void (attached.pop(), attached.length || resolve()))
  )
  near.replicator.replicate(one)
  near.replicator.replicate(two)
  await all
  for (const core of [a, a.key!, a.discoveryKey!, a.core!]) {
    for (const who of [two, peer.publicKey!]) {
      asked.length = 0
      await near.replicator.policyChanged({ peer: who, core })
      expect(asked).toEqual([[a.key, two]])
    }
  }
  asked.length = 0
  await near.replicator.policyChanged({ core: b })
  expect(asked).toHaveLength(2)
})

test('no block is read or sent after it resolves, with requests in flight', async () => {
  let allow = true
  const { near, far, ours } = await connected(() => ({ access: () => allow }))
  await ours.open.append(Array.from({ length: 2000 }, () => randomBytes(1000)))
  const copy = await far.source.get({ key: ours.open.key! })
  let [sent, received] = [0, 0]
  ours.open.on('upload', () => void sent++)
  copy.on('download', () => void received++)
  const begun = new Promise<void>((resolve) => copy.on('download', () => received > 100 && resolve()))
  const range = copy.download({ start: 0, end: 2000 })
  await begun
  expect(inflight(copy)).toBeGreaterThan(0)

  allow = false
  await near.replicator.policyChanged()
  const atOnce = sent
  expect(atOnce).toBeLessThan(2000)
  await carriesOn(near, far, () => (allow = true))
  expect([sent, ours.open.peers]).toEqual([atOnce, []])
  expect(received).toBeLessThanOrEqual(atOnce)
  range.destroy()
})

test('an answer that was under way when it changed does not count', async () => {
  const answers: ((allowed: boolean) => void)[] = []
  const access = (): Promise<boolean> => new Promise((resolve) => answers.push(resolve))
  const { near, far, one, other, ours } = await connected(() => ({ announce: no, access }))
  const copy = await far.source.get({ key: ours.open.key! })
  await until(() => answers.length === 1)
  const changed = near.replicator.policyChanged()
  answers.pop()!(true)
  await until(() => answers.length > 0)
  answers.pop()!(false)
  await changed
  await refused(copy, other)
  expect(offered(ours.open, one)).toBe(false)
})

test('an answer that came late does not open the core when it changes while that is under way', async () => {
  const clock = new ManualClock()
  const source = new HeldCores()
  const answers: ((allowed: boolean) => void)[] = []
  let revoked = false
  const access = (): boolean | Promise<boolean> =>
    revoked ? false : new Promise((resolve) => answers.push(resolve))
  const near = side({ clock, policy: { announce: no, priority: () => 1, access } }, source)
  const far = side()
  const core = await source.get({ blocks: ['open'] })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  await far.source.get({ key: core.key! })
  await until(() => answers.length === 1)
  clock.run()
  await until(() => near.errors.length === 1) // POLICY_TIMEOUT
  await turns()
  const held = source.stopDescribing()
  answers.pop()!(true)
  await held.begun // the priority of the core is looked up, to open it
  revoked = true
  const changed = near.replicator.policyChanged()
  await turns()
  held.release()
  await changed
  await turns()
  expect(offered(core, one)).toBe(false)
})

test('a core that was opened while it was asked about is closed when that is denied', async () => {
  const answers: ((allowed: boolean) => void)[] = []
  const access = (): Promise<boolean> => new Promise((resolve) => answers.push(resolve))
  const { near, far, one, ours } = await connected(() => ({ access }))
  await until(() => answers.length === 2) // both cores are offered
  await far.source.get({ key: ours.open.key! })
  await until(() => answers.length === 3)
  answers[2]!(true) // the peer may have it
  await until(() => offered(ours.open, one))
  for (const answer of answers.slice(0, 2)) answer(false)
  await until(() => !offered(ours.open, one))
  expect(near.errors).toEqual([])
})

test.each([
  ['change.peer', { peer: null }, '32 bytes'],
  ['change.peer', { peer: 'ab'.repeat(32) }, '32 bytes'],
  ['change.peer', { peer: b4a.alloc(31) }, '32 bytes'],
  ['change.peer', { peer: {} }, 'a stream'],
  ['change.peer', { peer: { stream: {} } }, 'a stream'],
  ['change.core', { core: null }, '32 bytes'],
  ['change.core', { core: 'ab'.repeat(32) }, '32 bytes'],
  ['change.core', { core: b4a.alloc(33) }, '32 bytes'],
  ['change.core', { core: {} }, 'discoveryKey'],
  ['change.core', { core: { discoveryKey: null } }, 'await core.ready() first']
])(
  'policyChanged: %s of %o is a BAD_ARGUMENT, whether there is a policy or not',
  async (field, change, says) => {
    const bad = { name: 'TypeError', code: 'BAD_ARGUMENT', field, message: expect.stringContaining(says) }
    const { near } = await connected(() => ({ announce: no }))
    await expect(near.replicator.policyChanged(change as never)).rejects.toMatchObject(bad)
    await expect(side().replicator.policyChanged(change as never)).rejects.toMatchObject(bad)
  }
)

/** Describes no core while that is stopped. */
class HeldCores extends StoredCores {
  #gate: { begun: () => void; over: Promise<void> } | null = null

  stopDescribing(): { begun: Promise<void>; release: () => void } {
    let [begin, release] = [(): void => {}, (): void => {}]
    const begun = new Promise<void>((resolve) => (begin = resolve))
    const over = new Promise<void>((resolve) => (release = resolve))
    this.#gate = { begun: begin, over }
    return { begun, release: () => void ((this.#gate = null), release()) }
  }

  async describe(): Promise<null> {
    const gate = this.#gate
    gate?.begun()
    await gate?.over
    return null
  }
}

/** A core made now arrives, and so everything sent before has. */
async function carriesOn(near: Side, far: Side, allow: () => void): Promise<void> {
  await turns()
  allow()
  const core = await near.source.get({ blocks: ['carries on'] })
  expect(await read(await far.source.get({ key: core.key! }))).toBe('carries on')
}

function inflight(core: Hypercore): number {
  return (core.peers[0] as unknown as { inflight: number }).inflight
}
