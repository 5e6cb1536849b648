// How each bag of options is passed to what reads it.
import {
  MemoryEngine,
  FaultEngine,
  FaultFiles,
  FaultPlan,
  RandomAccessEngine,
  checkRange
} from '@manycore/kv'
import { testEngine } from '@manycore/kv/compliance'
import { Corestore } from '@manycore/corestore'
import { Keychain } from '@manycore/keychain'
import { Index, Reconciler } from '@manycore/reconcile'
import { HypercoreSet, Replicator, readReplicateOptions } from '@manycore/replicator'
import { SessionTable } from '@manycore/sessions'
import { LevelEngine, RocksEngine, openStorage } from '@manycore/storage-adapters'
import { testStorage } from '@manycore/storage-adapters/compliance'
import { MemoryLevel } from 'memory-level'
import RandomAccessMemory from 'random-access-memory'

export interface Use {
  /** passes the bag, and undoes what that made */
  readonly call: (bag: never) => unknown
  /** options without which the call is refused */
  readonly needs?: { readonly [option: string]: unknown }
  /** an object that is kept and not copied: its names are checked, and nothing is read */
  readonly isKept?: true
}

const KEY = new Uint8Array(32).fill(7)
const opened: (() => Promise<unknown>)[] = []

/** Closes what the uses share. */
export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0).toReversed()) await close()
}

const store = new Corestore(new MemoryEngine())
const storage = openStorage(new MemoryEngine())
const table = new SessionTable(storage)
const replicator = new Replicator(new HypercoreSet())
const index = new Index()
opened.push(
  () => store.close(),
  () => storage.close(),
  () => table.close(),
  () => replicator.close(),
  () => index.close()
)
const engines = [
  new MemoryEngine(),
  new FaultEngine(new MemoryEngine()),
  new RandomAccessEngine(RandomAccessMemory as never),
  new LevelEngine(new MemoryLevel() as never)
] as const
const opening = Promise.all(engines.map((engine) => engine.open()))
opened.push(() => Promise.all(engines.map((engine) => engine.close())))
const nowhere = (): never => {
  throw new Error('nothing is opened here')
}

async function over(iterate: (range: never) => { close(): Promise<void> }, range: unknown): Promise<void> {
  await opening
  await iterate(range as never).close()
}

async function keep(made: { ready?(): Promise<unknown>; close(): Promise<unknown> }): Promise<void> {
  try {
    await made.ready?.()
  } finally {
    await made.close()
  }
}

const mirrored = Object.assign(new HypercoreSet(), {
  stored: { async *scan() {}, read: async () => [] },
  watch: () => () => {}
})
const policy: Pick<Use, 'isKept'> = { isKept: true }
const options = (call: Use['call'], needs?: Use['needs']): Use => (needs ? { call, needs } : { call })
const range = (call: Use['call']): Use => ({ call, isKept: true })

const replicate = (opts: object): void => {
  const stream = store.replicate(true, opts)
  stream.on('error', () => {}).destroy()
}
const replicateAlone = (opts: object): void => {
  const stream = replicator.replicate(true, opts)
  stream.on('error', () => {}).destroy()
}

/** By the names that find-bags.ts gives. */
export const USES: { readonly [bag: string]: Use } = {
  'corestore: new Corestore(options)': options((bag) => keep(new Corestore(new MemoryEngine(), bag))),
  'corestore: new Corestore(options).limits': options((limits) =>
    keep(new Corestore(new MemoryEngine(), { limits }))
  ),
  'corestore: new Corestore(options).mirror': options((mirror) =>
    keep(new Corestore(new MemoryEngine(), { mirror }))
  ),
  'corestore: new Corestore(options).policy': {
    call: (one) => keep(new Corestore(new MemoryEngine(), { policy: one })),
    ...policy
  },
  'corestore: Corestore static from(opts)': options((bag) => keep(Corestore.from(new MemoryEngine(), bag))),
  'corestore: Corestore static from(opts).limits': options((limits) =>
    keep(Corestore.from(new MemoryEngine(), { limits }))
  ),
  'corestore: Corestore static from(opts).mirror': options((mirror) =>
    keep(Corestore.from(new MemoryEngine(), { mirror }))
  ),
  'corestore: Corestore.mirror(options)': options((bag) => {
    const one = new Corestore(new MemoryEngine())
    try {
      one.mirror(bag)
    } finally {
      void one.close()
    }
  }),
  'corestore: Corestore static from(opts).policy': {
    call: (one) => keep(Corestore.from(new MemoryEngine(), { policy: one })),
    ...policy
  },
  'corestore: Corestore.get(opts)': options((bag) => keep(store.get(bag)), { name: 'a' }),
  'corestore: Corestore.session(options)': options((bag) => keep(store.session(bag))),
  'corestore: Corestore.session(options).policy': {
    call: (one) => keep(store.session({ policy: one })),
    ...policy
  },
  'corestore: Corestore.namespace(opts)': options((bag) => keep(store.namespace('a', bag))),
  'corestore: Corestore.namespace(opts).policy': {
    call: (one) => keep(store.namespace('a', { policy: one })),
    ...policy
  },
  'corestore: Corestore.replicate(options)': options(replicate),
  'corestore: Corestore.replicate(options).policy': { call: (one) => replicate({ policy: one }), ...policy },
  'corestore: Corestore.replicate(options).mirror': options((mirror) => replicate({ mirror })),
  'corestore: Corestore.policyChanged(change)': options((bag) => store.policyChanged(bag)),
  'corestore: Corestore.audit(opts)': options(async (bag) => {
    for await (const _row of store.audit(bag));
  }),
  'corestore: Corestore.staticify(options)': options(async (bag) => {
    const core = store.get({ name: 'source' })
    if ((await core.ready(), core.length === 0)) await core.append('x')
    await keep(await store.staticify(core, bag))
    await core.close()
  }),
  'corestore: Corestore.suspend(opts)': options(async (bag) => {
    await store.suspend(bag)
    await store.resume()
  }),
  'corestore: GroupHandle.updates(opts)': options((bag) => {
    store.notifyGroup(KEY).updates(bag).destroy()
  }),
  'keychain: new Keychain(opts)': options((bag) => new Keychain(KEY, bag)),
  'keychain: Keychain.coreOptions(opts)': options((bag) => new Keychain(KEY).coreOptions('a', bag)),
  'kv: new MemoryEngine(opts)': options((bag) => new MemoryEngine(bag)),
  'kv: MemoryEngine.iterator(range)': range((bag) => over((one) => engines[0].iterator(one), bag)),
  'kv: FaultEngine.iterator(range)': range((bag) => over((one) => engines[1].iterator(one), bag)),
  'kv: FaultEngine.compact(range)': range((bag) => opening.then(() => engines[1].compact(bag))),
  'kv: RandomAccessEngine.iterator(range)': range((bag) => over((one) => engines[2].iterator(one), bag)),
  'kv: RandomAccessEngine.compact(range)': range((bag) => opening.then(() => engines[2].compact(bag))),
  'kv: checkRange(range)': range(checkRange),
  'kv: new RandomAccessEngine(options)': options((bag) => new RandomAccessEngine(nowhere, bag)),
  'kv: new RandomAccessEngine(options).levelSizes': options(
    (levelSizes) => new RandomAccessEngine(nowhere, { levelSizes })
  ),
  'kv: FaultFiles.loseUnsynced(loss)': options((bag) => new FaultFiles(nowhere).loseUnsynced(bag)),
  'reconcile: Index.fingerprint(range)': options((range) => index.fingerprint(range)),
  'reconcile: Index.iterator(range)': options((range) => index.iterator(range).next()),
  'reconcile: new Index(opts)': options((opts) => keep(new Index(opts))),
  'reconcile: new Reconciler(opts)': options((opts) => void new Reconciler(index, opts)),
  'replicator: new Replicator(opts)': options((bag) => keep(new Replicator(new HypercoreSet(), bag))),
  'replicator: new Replicator(opts).limits': options((limits) =>
    keep(new Replicator(new HypercoreSet(), { limits }))
  ),
  'replicator: new Replicator(opts).mirror': options((mirror) => keep(new Replicator(mirrored, { mirror }))),
  'replicator: Replicator.mirror(opts)': options((bag) => {
    const one = new Replicator(mirrored)
    try {
      one.mirror(bag)
    } finally {
      void one.close()
    }
  }),
  'replicator: new Replicator(opts).policy': {
    call: (one) => keep(new Replicator(new HypercoreSet(), { policy: one })),
    ...policy
  },
  'replicator: Replicator static of(opts)': options((bag) => keep(Replicator.of([], bag))),
  'replicator: Replicator static of(opts).limits': options((limits) => keep(Replicator.of([], { limits }))),
  'replicator: Replicator static of(opts).mirror': {
    call: (mirror) => keep(Replicator.of([], { mirror })),
    isKept: true // plain Hypercores cannot be mirrored
  },
  'replicator: Replicator static of(opts).policy': {
    call: (one) => keep(Replicator.of([], { policy: one })),
    ...policy
  },
  'replicator: Replicator.replicate(options)': options(replicateAlone),
  'replicator: Replicator.replicate(options).mirror': options((mirror) => {
    const one = new Replicator(mirrored)
    try {
      one
        .replicate(true, { mirror })
        .on('error', () => {})
        .destroy()
    } finally {
      void one.close()
    }
  }),
  'replicator: Replicator.replicate(options).policy': {
    call: (one) => replicateAlone({ policy: one }),
    ...policy
  },
  'replicator: readReplicateOptions(opts)': options((bag) => readReplicateOptions(true, bag)),
  'replicator: readReplicateOptions(opts).mirror': options((mirror) =>
    readReplicateOptions(true, { mirror })
  ),
  'replicator: readReplicateOptions(opts).policy': {
    call: (one) => replicateAlone(readReplicateOptions(true, { policy: one })),
    ...policy
  },
  'replicator: Replicator.policyChanged(change)': options((bag) => replicator.policyChanged(bag)),
  'replicator: Replicator.close(opts)': options((bag) => new Replicator(new HypercoreSet()).close(bag)),
  'sessions: new SessionTable(opts)': options((bag) => keep(new SessionTable(storage, bag))),
  'sessions: SessionTable.openCore(options)': options((bag) => table.openCore(bag).ready(), { key: KEY }),
  'sessions: SessionScope.session(options)': options((bag) =>
    keep(table.scope().session(table.openCore({ key: KEY }), bag))
  ),
  'storage-adapters: openStorage(options)': options((bag) => keep(openStorage(new MemoryEngine(), bag))),
  'storage-adapters: LevelEngine.iterator(range)': range((bag) =>
    over((one) => engines[3].iterator(one), bag)
  ),
  'storage-adapters: LevelEngine.compact(range)': range((bag) => opening.then(() => engines[3].compact(bag))),
  'storage-adapters: new RocksEngine(opts)': options((bag) => new RocksEngine('nothing is opened here', bag)),
  'storage-adapters: RocksEngine.iterator(range)': range((bag) => new RocksEngine('nowhere').iterator(bag))
}

/** Bags of which something must be given. */
export const WITH_NEEDS: { readonly [bag: string]: Use & { readonly names: readonly string[] } } = {
  'a fault of FaultPlan': {
    names: ['on', 'action', 'nth', 'oneIn', 'file', 'error', 'keep'],
    call: (bag) => new FaultPlan([bag]),
    needs: { on: 'write', action: 'fail' }
  },
  'treeCache of openStorage()': {
    names: ['maxSize'],
    call: (treeCache) => keep(openStorage(new MemoryEngine(), { treeCache })),
    needs: { maxSize: 5 }
  },
  'the subject of testEngine()': {
    names: ['name', 'supports', 'crashes', 'create'],
    call: (subject) =>
      testEngine(
        Object.assign(() => {}, { skip() {} }),
        subject
      ),
    needs: { name: 'a', supports: {}, create: nowhere },
    isKept: true
  },
  'the subject of testStorage()': {
    names: ['name', 'supports', 'crashes', 'create'],
    call: (subject) =>
      testStorage(
        Object.assign(() => {}, { skip() {} }),
        subject
      ),
    needs: { name: 'a', supports: {}, create: nowhere },
    isKept: true
  }
}

/** Weak types that are no options of ours, and why. */
export const NO_OPTIONS: readonly [bag: RegExp, why: string][] = [
  [/Error\(/, 'what an error says'],
  [/\.manifest$/, 'hashed as it is, by Hypercore'],
  [/^kv: Tree\./, 'what engines are built of, which check their ranges themselves']
]
