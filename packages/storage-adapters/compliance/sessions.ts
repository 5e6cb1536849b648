import { laterTurn } from '@manycore/kv'
import { ok, same } from '@manycore/kv/compliance'
import type { CoreInfo, Hypercore } from '@manycore/hypercore-types'
import { blocks, range, readAll, readStream } from './case.js'
import type { Case } from './case.js'
import { discoveryKeyOf } from './store.js'
import type { Store } from './store.js'

export const sessions: Case[] = [
  {
    name: 'a snapshot keeps its blocks through append, truncate and clear',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 200))
      const snapshot = core.snapshot<string>({ valueEncoding: 'utf-8' })
      await snapshot.ready()
      await core.append(blocks(200, 300))
      await core.truncate(50)
      await core.append(blocks(50, 120, 'other'))
      same(await readAll(snapshot), blocks(0, 200), 'at the snapshot')
      same(await readAll(core), [...blocks(0, 50), ...blocks(50, 120, 'other')], 'now')
      await snapshot.close()
    }
  },
  {
    name: 'many snapshots at once each keep their own length',
    async run(store) {
      const core = await store.core('a')
      const held: Hypercore<string>[] = []
      for (let i = 1; i <= 20; i++) {
        await core.append(blocks(core.length, core.length + 5))
        const snapshot = core.snapshot<string>({ valueEncoding: 'utf-8' })
        await snapshot.ready()
        held.push(snapshot)
      }
      await core.truncate(1)
      await core.append(blocks(1, 50, 'other'))
      for (const [i, snapshot] of held.entries())
        same(await readAll(snapshot), blocks(0, (i + 1) * 5), `snapshot ${i}`)
      for (const snapshot of held) await snapshot.close()
    }
  },
  {
    name: 'a named session has blocks of its own, is found again, and can be committed',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 10))
      const draft = core.session<string>({ name: 'draft', valueEncoding: 'utf-8' })
      await draft.append(blocks(10, 20, 'draft'))
      same([core.length, draft.length], [10, 20], 'lengths')
      same(await readAll(draft), [...blocks(0, 10), ...blocks(10, 20, 'draft')], 'the draft')
      await draft.close()

      const again = core.session<string>({ name: 'draft', valueEncoding: 'utf-8' })
      await again.ready()
      same(again.length, 20, 'length of the draft when opened again')
      await core.commit(again)
      same(await readAll(core), [...blocks(0, 10), ...blocks(10, 20, 'draft')], 'after the commit')
      await again.close()
    }
  },
  {
    name: 'two named sessions of one core do not mix',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 3))
      const [one, two] = ['one', 'two'].map((name) => core.session<string>({ name, valueEncoding: 'utf-8' }))
      await Promise.all([one!.append(blocks(3, 30, 'one')), two!.append(blocks(3, 20, 'two'))])
      await one!.truncate(2)
      await one!.append('last')
      same(await readAll(one!), [...blocks(0, 2), 'last'], 'one')
      same(await readAll(two!), [...blocks(0, 3), ...blocks(3, 20, 'two')], 'two')
      same(await readAll(core), blocks(0, 3), 'the core')
      await Promise.all([one!.close(), two!.close()])
    }
  },
  {
    name: 'an atom across cores is written when it is flushed, and not before',
    async run(store) {
      const cores = await Promise.all(range(0, 4).map((i) => store.core(`core ${i}`)))
      for (const core of cores) await core.append(blocks(0, 3))
      const atom = store.storage.createAtom()
      const sessions = cores.map((core) => core.session<string>({ atom, valueEncoding: 'utf-8' }))
      for (const session of sessions) await session.append(blocks(3, 10))
      same(await readAll(sessions[3]!), blocks(0, 10), 'through the atom')
      same(await storedLengths(store, 4), [3, 3, 3, 3], 'stored before the flush')
      await atom.flush()
      same(await storedLengths(store, 4), [10, 10, 10, 10], 'stored after it')
      for (const core of cores) same(await readAll(core), blocks(0, 10), 'through the core')
      for (const session of sessions) await session.close()
    }
  },
  {
    name: 'a reader sees all cores of an atom change at once',
    async run(store) {
      const cores = await Promise.all(range(0, 3).map((i) => store.core(`core ${i}`)))
      for (let round = 1; round <= 10; round++) {
        const atom = store.storage.createAtom()
        const sessions = cores.map((core) => core.session<string>({ atom, valueEncoding: 'utf-8' }))
        for (const session of sessions) await session.append(`round ${round}`)
        const flush = { isDone: false }
        const flushed = atom.flush().then(() => (flush.isDone = true))
        const seen: number[][] = []
        while (!flush.isDone) {
          seen.push(await storedLengths(store, 3))
          await laterTurn() // a storage whose reads resolve at once would never come to the flush
        }
        await flushed
        const torn = seen.find((lengths) => new Set(lengths).size > 1)
        ok(torn === undefined, `round ${round}: a reader saw the lengths ${torn?.join(', ')}`)
        for (const session of sessions) await session.close()
      }
      same(await storedLengths(store, 3), [10, 10, 10], 'stored')
    }
  },
  {
    name: 'a stream of a snapshot goes on while the core is truncated',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 500))
      const snapshot = core.snapshot<string>({ valueEncoding: 'utf-8' })
      await snapshot.ready()
      const rows = readStream(snapshot.createReadStream())
      await core.truncate(10)
      await core.append(blocks(10, 600, 'other'))
      same(await rows, blocks(0, 500), 'rows')
      await snapshot.close()
    }
  }
]

/** Returns the lengths of `core 0` and the following, as one reader finds them in the storage at one moment. */
async function storedLengths({ storage }: Store, count: number): Promise<number[]> {
  const keys = range(0, count).map((i) => discoveryKeyOf(`core ${i}`))
  const infos = await (storage as Batched).getInfos(keys)
  return infos.map((info) => info?.head?.length ?? 0)
}

/** A method of hypercore-storage that `CorestoreStorage` does not declare. */
type Batched = Store['storage'] & { getInfos(keys: Uint8Array[]): Promise<(CoreInfo | null)[]> }
