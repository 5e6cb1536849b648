import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { MemoryEngine } from '@manycore/kv'
import type { Hypercore } from '@manycore/hypercore-types'
import { describe, expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import type { CorestoreOptions, GetOptions, StoreSessionOptions } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

/** One option that is not the default, and what is seen of it. */
type Effects<Options, Seen> = {
  readonly [K in keyof Required<Options>]: [value: Options[K] | (() => Options[K]), see: Seen, also?: Options]
}

const FORMS: { readonly [form: string]: (bag: object) => object } = {
  own: (bag) => bag,
  inherited: (bag) => Object.create(bag) as object,
  'a getter': (bag) => {
    const descriptors = Object.entries(bag).map(([name, value]) => [
      name,
      { get: () => value as unknown, enumerable: true }
    ])
    return Object.defineProperties({}, Object.fromEntries(descriptors) as PropertyDescriptorMap)
  },
  'a getter of a class': (bag) => {
    class Options {}
    for (const [name, value] of Object.entries(bag)) {
      Object.defineProperty(Options.prototype, name, { get: () => value as unknown })
    }
    return new Options()
  }
}

const keyPair = crypto.keyPair()
const [bytes, other] = [b4a.alloc(32, 7), b4a.alloc(32, 8)]
const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
const onwait = (): void => {}
const named = { name: 'a' }
type Internals = { [member: string]: unknown }
const inner = (core: Hypercore<unknown>): Internals => core.core as unknown as Internals
const replicator = (core: Hypercore<unknown>): Internals => core.core!.replicator as unknown as Internals
const isOpened = async (core: Hypercore<unknown>): Promise<unknown> => (await core.ready(), core.opened)

/** Appends a block, and looks at what a session without the option gives. */
async function readPlainly(core: Hypercore<unknown>, store: Corestore): Promise<string> {
  await core.append('in clear')
  return b4a.toString((await store.get({ key: core.key! }).get(0))!)
}

const OF_GET: Effects<GetOptions, (core: Hypercore<unknown>, store: Corestore) => unknown> = {
  name: ['b', (core) => b4a.toString(core.key!, 'hex').length && core.writable],
  key: [bytes, (core) => core.key],
  discoveryKey: [bytes, (core) => isOpened(core)],
  keyPair: [keyPair, (core) => core.key],
  manifest: [manifest, (core) => core.key],
  preload: [() => () => ({ name: 'a', timeout: 5 }), (core) => core.timeout],
  createIfMissing: [false, (core) => isOpened(core), named],
  overwrite: [true, (core) => core.opened, named],
  force: [true, (core) => core.opened, named],
  group: [bytes, (core) => core.core!.header!.group?.key, named],
  allowFork: [false, (core) => replicator(core)['allowFork'], named],
  allowPush: [true, (core) => replicator(core)['allowPush'], named],
  allowLatestBlock: [true, (core) => replicator(core)['_alwaysLatestBlockEnabled'], named],
  inflightRange: [[3, 4], (core) => replicator(core)['inflightRange'], named],
  notDownloadingLinger: [1234, (core) => replicator(core)['_notDownloadingLinger'], named],
  legacy: [true, (core) => inner(core)['_legacy'], named],
  globalCache: [{}, (core) => inner(core)['globalCache'], named],
  valueEncoding: ['json', (core) => core.valueEncoding !== null, named],
  encodeBatch: [() => onwait as never, (core) => core.encodeBatch, named],
  writable: [false, (core) => core.writable, named],
  readOnly: [true, (core) => core.writable, named],
  weak: [true, (core) => core.weak, named],
  active: [false, (core) => core.core!.replicator.downloading, named],
  exclusive: [true, (core) => core.exclusive, named],
  snapshot: [true, (core) => core.snapshotted, named],
  wait: [false, (core) => core.wait, named],
  timeout: [77, (core) => core.timeout, named],
  onwait: [() => onwait, (core) => (core as unknown as Internals)['onwait'], named],
  onseq: [() => onwait, (core) => (core as unknown as Internals)['onseq'], named],
  atom: [null, (core) => core.opened, named],
  encryption: [bytes, readPlainly, named],
  encryptionKey: [bytes, readPlainly, named],
  isBlockKey: [true, readPlainly, { ...named, encryptionKey: bytes }],
  pushOnly: [true, (core) => replicator(core)['pushOnly'], named],
  userData: [{ a: b4a.from('b') }, (core) => core.getUserData('a'), named]
}

/** With them nothing can be told apart from the default, or they are the default. */
const UNSEEN = new Set<string>(['overwrite', 'force', 'atom', 'name'])

async function outcome(make: () => unknown): Promise<unknown> {
  try {
    return await make()
  } catch (err) {
    return `${(err as { code?: string }).code}`
  }
}

describe('get()', () => {
  test.each(Object.entries(OF_GET))(
    '%s has its effect, in every form',
    async (option, [value, see, also]) => {
      const given = typeof value === 'function' ? (value as () => unknown)() : value
      const seen = async (bag: object): Promise<unknown> => {
        const store = new Corestore(new MemoryEngine(), { primaryKey: other, unsafe: true })
        const core = store.get(bag as GetOptions)
        const found = await outcome(async () => {
          await core.ready()
          return see(core, store)
        })
        await store.close()
        return found
      }
      const bag = { ...also, [option]: given }
      const own = await seen(bag)
      for (const [form, make] of Object.entries(FORMS)) {
        expect({ form, seen: await seen(make(bag)) }).toEqual({ form, seen: own })
      }
      if (!UNSEEN.has(option)) expect(own).not.toEqual(await seen(also ?? named))
    }
  )

  test('createIfMissing: false makes no core, in whatever form', async () => {
    const store = openStore()
    for (const make of Object.values(FORMS)) {
      const core = store.get(make({ name: 'a', createIfMissing: false }))
      await expect(core.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
    }
    const stored: Uint8Array[] = []
    for await (const discoveryKey of store.list()) stored.push(discoveryKey)
    expect(stored).toEqual([])
  })

  test('no option that upstream reads, or passes on from its own callers, is taken for a misspelt one', async () => {
    const { resolve } = createRequire(import.meta.url)
    const sources = ['hypercore', 'corestore', 'hyperdrive', 'hyperbee', 'autobase'].map((name) =>
      resolve(name)
    )
    const names = sources.flatMap((file) =>
      Array.from(
        readFileSync(file, 'utf8').matchAll(/\b(?:opts|handlers)\.([a-z]\w+)/gi),
        (match) => match[1]!
      )
    )
    const refused = ['namespace', 'manifestVersion'] // of the store, in a sentence
    const isForeign = (name: string): boolean =>
      !(name in OF_GET) && name !== 'ondiscoverykey' && !refused.includes(name) // the first is of replicate()
    const foreign = new Set(names.filter(isForeign))
    expect(foreign.size).toBeGreaterThan(60)
    const store = openStore({}, new MemoryEngine())
    for (const name of foreign) {
      const core = store.get(Object.assign({ name: 'a' }, { [name]: 0 }))
      await core.close().catch(() => {}) // Hypercore may refuse the value
    }
  })

  test('what a preload gives is read the same way', async () => {
    for (const make of Object.values(FORMS)) {
      const store = openStore({}, new MemoryEngine())
      const core = store.get({ preload: async () => make({ name: 'a', encryptionKey: bytes }) as GetOptions })
      expect(await readPlainly(core, store)).not.toContain('in clear')
    }
    let reads = 0
    const counting = {
      name: 'a',
      get timeout() {
        return ++reads
      }
    }
    await openStore({}, new MemoryEngine())
      .get({ preload: async () => counting })
      .ready()
    expect(reads).toBe(1)

    const misspelt = openStore({}, new MemoryEngine()).get({
      preload: async () => ({ name: 'a', encryptionkey: bytes }) as never
    })
    await expect(misspelt.ready()).rejects.toMatchObject({
      code: 'PRELOAD_FAILED',
      cause: { code: 'BAD_ARGUMENT', field: 'encryptionkey' }
    })
  })
})

const policy = { access: () => false }

const OF_SESSION: Effects<StoreSessionOptions, (store: Corestore) => unknown> = {
  namespace: [bytes, (store) => store.ns],
  writable: [false, (store) => store.readOnly],
  readOnly: [true, (store) => store.readOnly],
  manifestVersion: [2, (store) => store.manifestVersion],
  active: [false, (store) => store.active],
  suspend: [false, (store) => store.shouldSuspend],
  policy: [policy, (store) => replicatesWithPolicy(store)]
}

/** Is a policy asked for a stream of this store? */
async function replicatesWithPolicy(store: Corestore): Promise<boolean> {
  const stream = store.replicate(true)
  stream.on('error', () => {})
  const { records } = store.streamTracker as { records: readonly { gate?: unknown }[] }
  const { gate } = records[0]!
  stream.destroy()
  return gate !== null
}

const clock = { now: () => 0, setTimeout: () => null, clearTimeout() {} }

const OF_STORE: Effects<
  Omit<CorestoreOptions, 'id' | 'wait' | 'allowBackup'>,
  (store: Corestore) => unknown
> = {
  ...OF_SESSION,
  primaryKey: [bytes, (store) => store.primaryKey, { unsafe: true }],
  unsafe: [true, (store) => store.opened, { primaryKey: bytes }],
  globalCache: [{ a: 1 }, (store) => store.globalCache],
  lingerMs: [0, (store) => isClosedSoon(store)],
  maxOpenCores: [0, (store) => isClosedSoon(store), { lingerMs: 1e6 }],
  mirror: [true, (store) => mirrors(store)],
  limits: [{ pendingOpens: 0 }, (store) => store.opened],
  clock: [clock, (store) => isClosedSoon(store), { lingerMs: 0 }],
  treeCache: [
    { maxSize: 5 },
    (store) => (store.storage as unknown as { treeCache: { maxSize: number } }).treeCache.maxSize
  ]
}

/** Does a stream of this store have the channel of a mirror? */
function mirrors(store: Corestore): boolean {
  const stream = store.replicate(true)
  stream.on('error', () => {})
  const isOpen = stream.noiseStream.userData!.opened({ protocol: 'manycore/mirror' })
  stream.destroy()
  return isOpen
}

/** Does an unused core close before the next turns of the timers are over? */
async function isClosedSoon(store: Corestore): Promise<boolean> {
  await store.get(named).ready()
  for (const core of store.sessions) await core.close()
  const closed: unknown[] = []
  store.on('core-close', (core) => closed.push(core))
  // Turns and not time: a busy machine delays the closing as much as these.
  for (let i = 0; i < 200 && closed.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 1))
  return closed.length > 0
}

describe.each([
  ['new Corestore()', OF_STORE, (bag: object) => new Corestore(new MemoryEngine(), bag)],
  ['session()', OF_SESSION, (bag: object) => openStore({}, new MemoryEngine()).session(bag)],
  ['namespace()', OF_SESSION, (bag: object) => openStore({}, new MemoryEngine()).namespace('a', bag)]
] as const)('%s', (call, effects, open) => {
  const rows = Object.entries(effects as Effects<CorestoreOptions, (store: Corestore) => unknown>)
  test.each(rows)('%s has its effect, in every form', async (option, [value, see, also]) => {
    const seen = (bag: object): Promise<unknown> =>
      outcome(async () => {
        const store = open(bag)
        try {
          await store.ready()
          return await see(store)
        } finally {
          await store.close()
        }
      })
    const bag = { ...also, [option]: value }
    const own = await seen(bag)
    for (const [form, make] of Object.entries(FORMS)) {
      expect({ form, seen: await seen(make(bag)) }).toEqual({ form, seen: own })
    }
    const isFixed = call === 'namespace()' && option === 'namespace' // the name says which
    if (!isFixed) expect(own).not.toEqual(await seen(also ?? {}))
  })
})

test('id, wait and allowBackup of a store on a path have their effect, in every form', async () => {
  for (const make of Object.values(FORMS)) {
    const directory = temporaryDirectory()
    const holder = new Corestore(directory, make({ id: 'laptop' }))
    await holder.ready()
    await expect(new Corestore(directory).ready()).rejects.toMatchObject({ code: 'ELOCKED' })
    const waiting = new Corestore(directory, make({ id: 'laptop', wait: true }))
    await holder.close()
    await waiting.ready()
    await waiting.close()
    await expect(new Corestore(directory, make({ id: 'phone' })).ready()).rejects.toMatchObject({
      code: 'DEVICE_FILE'
    })
    const backup = new Corestore(directory, make({ id: 'phone', allowBackup: true }))
    await backup.ready()
    await backup.close()
  }
})
