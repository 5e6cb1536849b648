import NoiseSecretStream from '@hyperswarm/secret-stream'
import Protomux from 'protomux'
import b4a from 'b4a'
import { expect, test } from 'vitest'
import { allowPeers, allOf, Replicator, type PolicyPeer, type ReplicationPolicy } from '../../src/index.js'
import { ManualClock } from '../kit/manual-clock.js'
import { connected, hex, turns, until } from '../kit/policed.js'
import { offered, read, refused, side } from '../kit/side.js'
import { next } from '../kit/stored-cores.js'
import { destroyed, inMemory, pipe } from '../kit/wires.js'

const PROTOCOL = 'hypercore/alpha'

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
  await until(() => clock.timers.size > 0 && looked.length === 4)
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

function raise(err: Error): never {
  throw err
}
