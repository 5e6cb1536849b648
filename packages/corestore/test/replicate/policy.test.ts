import b4a from 'b4a'
import type { Hypercore, ProtocolStream } from '@manycore/hypercore-types'
import { allowNamespaces, type PolicyCore } from '@manycore/replicator'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../kit/open-store.js'

type Store = ReturnType<typeof openStore>

test('a policy sees the name and namespace of a core, loaded or only stored', async () => {
  const seen: PolicyCore[] = []
  const a = openStore({ lingerMs: 0, policy: { announce: () => false, access: (core) => !!seen.push(core) } })
  const b = openStore()
  const scope = a.namespace('scope')
  const [named, bare] = [scope.get({ name: 'log' }), a.get({ keyPair: await a.createKeyPair('bare') })]
  for (const core of [named, bare]) await core.append('x')
  const closed = new Promise((resolve) => a.once('core-close', resolve))
  await named.close()
  await closed
  connect(a.replicate(true), b.replicate(false))
  for (const core of [named, bare]) await b.get(core.key!).get(0)
  const base = { length: 1, writable: true }
  expect(seen).toHaveLength(2)
  expect(seen).toContainEqual({
    ...base,
    key: named.key,
    discoveryKey: named.discoveryKey,
    name: 'log',
    namespace: scope.ns,
    names: [{ name: 'log', namespace: scope.ns }]
  })
  expect(seen).toContainEqual({
    ...base,
    key: bare.key,
    discoveryKey: bare.discoveryKey,
    name: null,
    namespace: null,
    names: []
  })
})

test('only the cores of an allowed namespace are given', async () => {
  const [a, b] = [openStore(), openStore()]
  const pub = await filled(a.namespace('public'), 'x')
  const secret = await filled(a.namespace('private'), 'x')
  connect(a.replicate(true, { policy: allowNamespaces([a.namespace('public').ns]) }), b.replicate(false))
  expect(String(await b.get(pub.key!).get(0))).toBe('x')
  await denied(b, secret)
})

test('sessions and namespaces inherit a policy and narrow it, and none widens it', async () => {
  const not = (name: string): object => ({ access: (core: PolicyCore) => core.name !== name })
  const [a, b, c, d] = [openStore({ policy: not('one') }), openStore(), openStore(), openStore()]
  const [one, two, three, four] = await Promise.all(
    ['one', 'two', 'three', 'four'].map((name) => filled(a, name))
  )
  const session = a.session({ policy: not('two') })
  const narrower = session.namespace('x', { policy: [not('three')] })
  const widening = a.session({ policy: { access: () => true } })
  connect(narrower.replicate(true, { policy: not('four') }), b.replicate(false))
  connect(session.replicate(true), c.replicate(false))
  connect(widening.replicate(true), d.replicate(false))
  for (const core of [one!, two!, three!, four!]) await denied(b, core)
  for (const core of [one!, two!]) await denied(c, core)
  for (const core of [three!, four!]) expect(await c.get(core.key!).get(0)).toBeTruthy()
  await denied(d, one!)
  expect(await d.get(two!.key!).get(0)).toBeTruthy()
})

test('policyChanged() revokes a core that was given, and gives it again', async () => {
  let allowed = true
  const [a, b] = [openStore({ policy: { access: () => allowed } }), openStore()]
  const core = await filled(a, 'x')
  const near = a.replicate(true)
  connect(near, b.replicate(false))
  const copy = b.get(core.key!)
  expect(await copy.get(0)).toBeTruthy()
  allowed = false
  await a.session().policyChanged({ core: core.key! })
  expect(core.peers).toEqual([])
  await core.append('later')
  allowed = true
  await a.policyChanged({ peer: near.noiseStream.remotePublicKey!, core })
  expect(String(await copy.get(1))).toBe('later')
})

test('what the replicator reports is reached through the store, also from a session', async () => {
  const a = openStore({ policy: { announce: () => false, access: () => false } })
  const b = openStore()
  const core = await filled(a, 'x')
  const reported = new Promise((resolve) => a.session().replicator.once('denied', (one) => resolve(one.key)))
  connect(a.replicate(true), b.replicate(false))
  await denied(b, core)
  expect(await reported).toEqual(core.key)
})

test('a policy that is none is a BAD_ARGUMENT', () => {
  const store = openStore()
  const bad = expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT' })
  expect(() => openStore({ policy: 1 as never })).toThrow(bad)
  expect(() => store.session({ policy: [1] as never })).toThrow(bad)
  expect(() => store.namespace('x', { policy: { access: 1 } as never })).toThrow(bad)
  expect(() => store.replicate(true, { policy: 'x' as never })).toThrow(bad)
})

test('an instance of a class that would allow everything by mistake is refused', () => {
  class Typo {
    acces(): boolean {
      return false
    }
  }
  class Other {
    mayRead(): boolean {
      return false
    }
  }
  const store = openStore()
  expect(() => store.session({ policy: new Typo() as never })).toThrow(
    'policy.acces is not an option; did you mean access?'
  )
  expect(() => store.session({ policy: new Other() as never })).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', field: 'policy' })
  )
  class Policy extends Other {
    access(): boolean {
      return this.mayRead()
    }
  }
  store.session({ policy: new Policy() })
})

async function filled(store: Store, name: string): Promise<Hypercore> {
  const core = store.get({ name })
  await core.append(b4a.from('x'))
  return core
}

/** The other store asks for the core, is refused, and has nothing of it. */
async function denied(store: Store, { key }: Hypercore): Promise<void> {
  const copy = store.get(key!)
  await copy.ready()
  const { stream } = store.streamTracker.records[0]!
  const mux = stream.noiseStream.userData!
  await stream.noiseStream.opened
  await mux.getLastChannel({ protocol: 'hypercore/alpha', id: copy.discoveryKey! })?.fullyClosed()
  expect([copy.length, copy.peers]).toEqual([0, []])
}

function connect(one: ProtocolStream, other: ProtocolStream): void {
  one.pipe(other).pipe(one)
  for (const stream of [one, other]) stream.on('error', () => {})
  onTestFinished(() => void one.destroy())
}
