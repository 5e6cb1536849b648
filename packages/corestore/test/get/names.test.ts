import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import type { Hypercore, ProtocolStream } from '@manycore/hypercore-types'
import { allowNamespaces, type PolicyCore } from '@manycore/replicator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

type Store = ReturnType<typeof openStore>

/** The README's own. */
const noDiary = { access: ({ name }: PolicyCore): boolean => name !== 'diary' }

describe.each([
  ['RocksDB', () => temporaryDirectory()],
  ['memory', () => new MemoryEngine()]
])('on %s', (_, storage) => {
  test('a core that was first stored by its key pair gets its name, which policies see after a restart', async () => {
    const directory = temporaryDirectory()
    const first = openStore({}, directory)
    const keyPair = await first.createKeyPair('diary')
    const core = first.get({ keyPair })
    await core.append('secret')
    const { key, discoveryKey } = core
    await core.close()
    await first.get({ name: 'diary' }).ready()
    expect(await first.storage.getAlias({ name: 'diary', namespace: first.ns })).toEqual(discoveryKey)
    expect(await names(first)).toEqual([discoveryKey])
    await first.close()

    const a = openStore({ policy: noDiary }, directory)
    const b = openStore()
    connect(a.replicate(true), b.replicate(false))
    await denied(b, key!)
    const again = a.get({ name: 'diary' })
    await again.append('more') // it is writable by its name
    expect(again.key).toEqual(key)
  })

  test('a core got by name and by key in one turn is denied by its name', async () => {
    const a = openStore({ policy: noDiary }, storage())
    const b = openStore()
    const keyPair = await a.createKeyPair('diary')
    const [named, keyed] = [a.get({ name: 'diary' }), a.get({ keyPair })]
    connect(a.replicate(true), b.replicate(false))
    await keyed.append('secret')
    await denied(b, keyed.key!)
    await named.ready()
    expect(named.key).toEqual(keyed.key)
    expect(await a.storage.getAlias({ name: 'diary', namespace: a.ns })).toEqual(named.discoveryKey)
  })

  test('a core that is open towards a peer is closed when a name denies it, and opened when a name allows it', async () => {
    const a = openStore({}, storage())
    const [b, c] = [openStore(), openStore()]
    const scope = a.namespace('public')
    const diary = a.get({ keyPair: await a.createKeyPair('diary') })
    const news = a.get({ keyPair: await scope.createKeyPair('news') })
    for (const core of [diary, news]) await core.append('x')
    connect(a.replicate(true, { policy: noDiary }), b.replicate(false))
    connect(a.replicate(true, { policy: allowNamespaces([scope.ns]) }), c.replicate(false))
    expect(await b.get(diary.key!).get(0)).toBeTruthy()
    const copy = c.get(news.key!)
    await denied(c, news.key!)

    const closed = new Promise((resolve) => diary.once('peer-remove', resolve))
    await a.get({ name: 'diary' }).ready()
    await closed
    await scope.get({ name: 'news' }).ready()
    expect(String(await copy.get(0))).toBe('x')
  })

  test('a core with two names is denied by either', async () => {
    const a = openStore({ policy: noDiary }, storage())
    const b = openStore()
    const { publicKey } = await a.createKeyPair('log')
    const manifest = { version: 1, signers: [{ publicKey }] }
    const log = a.get({ name: 'log', manifest })
    await log.append('x')
    await a.get({ name: 'diary', manifest }).ready()
    connect(a.replicate(true), b.replicate(false))
    await denied(b, log.key!)
  })

  test('one new name got for two manifest versions at once is the first one’s, and the second is a STORAGE_CONFLICT', async () => {
    const a = openStore({}, storage())
    const [one, two] = [a.get({ name: 'log' }), a.session({ manifestVersion: 2 }).get({ name: 'log' })]
    await expect(two.ready()).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' })
    await one.append('x')
    expect(await a.storage.getAlias({ name: 'log', namespace: a.ns })).toEqual(one.discoveryKey)
    expect(await names(a)).toEqual([one.discoveryKey])
  })

  test.each([
    ['name', async () => ({ name: 'log' })],
    [
      'key pair, later',
      async (a: Store) => ({ preload: Promise.resolve({ keyPair: await a.createKeyPair('log') }) })
    ]
  ])(
    'got by %s without and with leave to make it, in one turn: only the first fails',
    async (_by, options) => {
      const a = openStore({}, storage())
      const opts = await options(a)
      const [must, may] = [a.get({ ...opts, createIfMissing: false }), a.get(opts)]
      await expect(must.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
      await may.append('x')
      const other = [a.get({ name: 'other' }), a.get({ name: 'other', createIfMissing: false })]
      for (const core of other) await core.ready()
    }
  )

  test('a core that closes at once is there when its name was looked up', async () => {
    const a = openStore({ lingerMs: 0 }, storage())
    for (let i = 0; i < 20; i++) {
      const core = a.get({ name: `core ${i}` })
      await core.append('x')
      await core.close()
      const again = a.get({ name: `core ${i}` })
      expect(String(await again.get(0))).toBe('x')
      await again.close()
    }
  })
})

test('policies are not asked again about a core that is made under its name, nor about one that is found by it', async () => {
  const directory = temporaryDirectory()
  let asked = 0
  const policy = { access: () => !!++asked }
  const a = openStore({ policy }, directory)
  const b = openStore()
  connect(a.replicate(true), b.replicate(false))
  const core = a.get({ name: 'log' })
  await core.append('x')
  await b.get(core.key!).get(0)
  const before = asked
  await a.get({ name: 'log' }).ready()
  await a.session().get({ name: 'log' }).ready()
  expect(asked).toBe(before)
})

/** The discovery keys of what has a name in the store's namespace. */
async function names(store: Store): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const { discoveryKey } of store.storage.createAliasStream(store.ns))
    all.push(b4a.from(discoveryKey))
  return all
}

/** The other store asks for the core, is refused, and has nothing of it. */
async function denied(store: Store, key: Uint8Array): Promise<void> {
  const copy: Hypercore = store.get(key)
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
