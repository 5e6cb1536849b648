import { randomBytes } from 'node:crypto'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import Protomux from 'protomux'
import b4a from 'b4a'
import type { Hypercore, NoiseStream } from '@manycore/hypercore-types'
import { describe, expect, test } from 'vitest'
import { allowPeers, allOf, Replicator, type PolicyPeer, type ReplicationPolicy } from '../../src/index.js'
import { ManualClock } from '../kit/manual-clock.js'
import { offered, read, refused, side, type Side } from '../kit/side.js'
import { next, StoredCores } from '../kit/stored-cores.js'
import { destroyed, inMemory, pipe } from '../kit/wires.js'

const no = (): boolean => false

test('a core whose access is denied is neither offered nor given, and the others go on', async () => {
  const { near, far, one, other, ours } = await connected(({ secret }) => ({
    access: (core) => !b4a.equals(core.key!, secret.key!)
  }))
  const copy = await far.source.get({ key: ours.secret.key! })
  await refused(copy, other)
  expect(offered(ours.secret, one)).toBe(false)
  expect(await read(await far.source.get({ key: ours.open.key! }))).toBe('open')
  expect(near.errors).toEqual([])
})

test('a core that may not be announced is given to a peer that asks', async () => {
  const { near, far, one, ours } = await connected(() => ({ announce: no }))
  const late = await near.source.get({ blocks: ['late'] })
  await one.opened
  for (const core of [ours.open, ours.secret, late]) expect(offered(core, one)).toBe(false)
  expect(await read(await far.source.get({ key: late.key! }))).toBe('late')
})

test('a policy sees who the peer is, keeps its data by stream, and what the core is', async () => {
  const seen: { core: unknown; peer: PolicyPeer; key: Uint8Array | null; data: unknown }[] = []
  const { far, other, one, ours } = await connected(() => ({
    announce: no,
    access(core, peer) {
      seen.push({ core, peer, key: peer.remotePublicKey, data: peer.data })
      peer.data = 'mine'
      return true
    }
  }))
  await read(await far.source.get({ key: ours.open.key! }))
  await read(await far.source.get({ key: ours.secret.key! }))
  const { key, discoveryKey } = ours.open
  const core = { key, discoveryKey, length: 2, writable: true, name: null, namespace: null, names: [] }
  expect(seen.map(({ core }) => core)[0]).toEqual(core)
  expect(seen.map(({ data }) => data)).toEqual([null, 'mine'])
  expect(seen[0]!.key).toEqual(other.publicKey)
  expect(seen[0]!.peer.stream === one).toBe(true)
  expect(seen[0]!.peer === seen[1]!.peer).toBe(true)
})

test('no policy is asked before it is known who the peer is, however early it is given', async () => {
  const seen: unknown[] = []
  const policy: ReplicationPolicy = {
    access: (_core, { remotePublicKey }) => seen.push(remotePublicKey) > 0
  }
  const [near, far] = [side(), side()]
  const core = await near.source.get({ blocks: ['a'] })
  const [one, two] = [new NoiseSecretStream(true), new NoiseSecretStream(false)]
  near.replicator.replicate(one)
  near.replicator.replicate(one, { policy })
  await near.replicator.policyChanged()
  expect(seen).toEqual([])

  far.replicator.replicate(two)
  pipe(one.rawStream, two.rawStream)
  expect(await read(await far.source.get({ key: core.key! }))).toBe('a')
  expect(seen.length).toBeGreaterThan(0)
  for (const key of seen) expect(key).toEqual(two.publicKey)
  for (const key of seen) expect(Buffer.isBuffer(key)).toBe(true) // as its type says
  await Promise.all([destroyed(one), destroyed(two)])
})

test.each([
  ['throws', () => raise(new Error('broken'))],
  ['rejects', () => Promise.reject(new Error('broken'))]
])('a policy that %s denies and is a core-error', async (_, access) => {
  const { near, far, one, other, ours } = await connected(() => ({ announce: no, access }))
  await refused(await far.source.get({ key: ours.open.key! }), other)
  expect(near.errors).toEqual([
    { err: new Error('broken'), info: { discoveryKey: ours.open.discoveryKey, stream: one } }
  ])
})

test.each([[undefined], [null], [1], ['yes'], [{}]])('only true allows: %o denies', async (answer) => {
  const { far, other, ours } = await connected(() => ({ access: () => answer as boolean }))
  await refused(await far.source.get({ key: ours.open.key! }), other)
})

test('a policy of a stream narrows that of the replicator, and cannot widen it', async () => {
  const near = side({ policy: { access: ({ length }) => length > 1 } })
  const [far] = [side()]
  const [long, short, other] = await Promise.all(
    [['a', 'b'], ['a'], ['x', 'y']].map((blocks) => near.source.get({ blocks }))
  )
  const [one, two] = await inMemory()
  near.replicator.replicate(one, { policy: { access: ({ key }) => !b4a.equals(key!, other!.key!) } })
  far.replicator.replicate(two)
  expect(await read(await far.source.get({ key: long!.key! }))).toBe('a')
  for (const denied of [short, other]) await refused(await far.source.get({ key: denied!.key! }), two)

  near.replicator.replicate(one, { policy: { access: no } }) // again, narrower
  await next(near.replicator, 'detach')
  expect(offered(long!, one)).toBe(false)
})

test('attach() does not ask whether it may announce, and does ask for access', async () => {
  const { near, one, ours } = await connected(({ secret }) => ({
    announce: no,
    access: ({ key }) => !b4a.equals(key!, secret.key!)
  }))
  const denied: string[] = []
  near.replicator.on('denied', (core, _, question) => denied.push(`${question} ${hex(core.key)}`))
  const attached = next<unknown[]>(near.replicator, 'attach')
  near.replicator.attach(ours.open)
  near.replicator.attach(ours.secret)
  expect(await attached).toEqual([ours.open.core, one])
  await until(() => denied.includes(`access ${hex(ours.secret.key)}`))
  expect(offered(ours.secret, one)).toBe(false)
})

describe('when the policy changes', () => {
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
})

test('a refusal comes at the same moment for a core that is denied, detached, broken or not here', async () => {
  const clock = new ManualClock()
  const near = side({ clock, limits: { stalledMs: Infinity }, policy: { announce: no, access: no } })
  const far = side()
  const [denied, detached, broken] = await Promise.all(
    ['denied', 'detached', 'broken'].map((block) => near.source.get({ blocks: [block] }))
  )
  near.replicator.detach(detached!)
  const { open } = near.source
  const looked: string[] = []
  near.source.open = function (discoveryKey) {
    looked.push(hex(discoveryKey))
    return b4a.equals(discoveryKey, broken!.discoveryKey!)
      ? Promise.reject(new Error('broken'))
      : open.call(this, discoveryKey)
  }
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const asking = [denied!, detached!, broken!].map(({ key }) => far.source.get({ key: key! }))
  const all = [...(await Promise.all(asking)), await far.source.get({ blocks: ['not here'] })]
  const mux = Protomux.from(other)
  const channels = all.map(({ discoveryKey }) =>
    mux.getLastChannel({ protocol: PROTOCOL, id: discoveryKey! })!
  )
  await until(() => clock.timers.size === 4 && looked.length === 4)
  await turns()
  expect(channels.map(({ closed }) => closed)).toEqual([false, false, false, false])
  clock.run()
  await Promise.all(channels.map((channel) => channel.fullyClosed()))
})

test('allowPeers and allOf: who is on the list, and all must allow', async () => {
  const friends: Uint8Array[] = []
  const { near, far, other, ours } = await connected(() => allOf(allowPeers(friends), { announce: no }))
  const copy = await far.source.get({ key: ours.open.key! })
  await refused(copy, other)
  friends.push(other.publicKey!)
  await near.replicator.policyChanged({ peer: other.publicKey! })
  expect(await read(copy)).toBe('open')
})

test.each([
  ['policy', 7],
  ['policy', [null]],
  ['policy.access', { access: true }]
])('%s: %o is a BAD_ARGUMENT', async (field, policy) => {
  const bad = expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field })
  const near = side()
  expect(() => new Replicator(near.source, { policy: policy as never })).toThrow(bad)
  expect(() => near.replicator.replicate(true, { policy: policy as never })).toThrow(bad)
  expect(near.replicator.streams.records).toEqual([])
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

const PROTOCOL = 'hypercore/alpha'

interface Connected {
  near: Side
  far: Side
  one: NoiseStream
  other: NoiseStream
  /** 'open' and 'secret', two blocks each */
  ours: { open: Hypercore; secret: Hypercore }
}

/** Two sides, of which the near one has two cores and this policy on the stream. */
async function connected(policy: (ours: Connected['ours']) => ReplicationPolicy): Promise<Connected> {
  const [near, far] = [side(), side()]
  const ours = {
    open: await near.source.get({ blocks: ['open', 'open2'] }),
    secret: await near.source.get({ blocks: ['secret', 'secret2'] })
  }
  const [one, other] = await inMemory()
  near.replicator.replicate(one, { policy: policy(ours) })
  far.replicator.replicate(other)
  return { near, far, one, other, ours }
}

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

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve))
}

async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

function inflight(core: Hypercore): number {
  return (core.peers[0] as unknown as { inflight: number }).inflight
}

function hex(bytes: Uint8Array | null): string {
  return b4a.toString(bytes!, 'hex')
}

function raise(err: Error): never {
  throw err
}
