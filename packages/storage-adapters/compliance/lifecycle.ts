import b4a from 'b4a'
import { fails, ok, same } from '@manycore/kv/compliance'
import { blocks, range, readAll } from './case.js'
import type { Case } from './case.js'
import { Store } from './store.js'

const MICROTASKS = 300

export const lifecycle: Case[] = [
  {
    name: 'everything is there after closing and opening',
    needs: 'persistent',
    async run(store, place) {
      const core = await store.core('a')
      await core.append(blocks(0, 500))
      await core.truncate(400)
      await core.clear(100, 200)
      await core.setUserData('note', 'kept')
      const draft = core.session<string>({ name: 'draft', valueEncoding: 'utf-8' })
      await draft.append('draft')
      await (await store.core('b')).append('b')
      await store.storage.setSeed(b4a.alloc(32, 7))
      await store.close()

      const again = new Store(place.open())
      const a = await again.core('a')
      same([a.length, a.fork], [400, 1], 'length and fork')
      same(
        await readAll(a),
        blocks(0, 400).map((block, i) => (i >= 100 && i < 200 ? null : block)),
        'blocks'
      )
      same(b4a.toString((await a.getUserData('note'))!), 'kept', 'user data')
      const draftAgain = a.session<string>({ name: 'draft', valueEncoding: 'utf-8' })
      same(await draftAgain.get(400), 'draft', 'draft')
      same(await (await again.core('b')).get(0), 'b', 'the other core')
      same((await again.storage.getSeed())![0], 7, 'seed')
      await again.close()
    }
  },
  {
    name: 'an atom that was not flushed leaves nothing behind',
    needs: 'persistent',
    async run(store, place) {
      const cores = [await store.core('core 0'), await store.core('core 1')]
      const atom = store.storage.createAtom()
      for (const core of cores) {
        await core.append('before')
        await core.session<string>({ atom, valueEncoding: 'utf-8' }).append('in the atom')
      }
      await store.close()
      const again = new Store(place.open())
      for (const name of ['core 0', 'core 1']) same(await readAll(await again.core(name)), ['before'], name)
      await again.close()
    }
  },
  {
    name: 'what was acknowledged is there after a crash, and no core is half-written',
    needs: 'crashes',
    async run(store, place) {
      const core = await store.core('a')
      let acknowledged = 0
      const appends = range(0, 100).map((i) => core.append(`block ${i}`).then(() => (acknowledged = i + 1)))
      for (const append of appends) append.catch(() => {}) // the process dies on them
      await appends[60]
      const seen = acknowledged
      await place.crash!()
      const again = new Store(place.open())
      const a = await again.core('a')
      ok(a.length >= seen, `acknowledged ${seen}, found ${a.length}`)
      same(await readAll(a), blocks(0, a.length), 'blocks')
      same((await a.core!.audit({ dryRun: true }))!.corrupt, false, 'audit')
      await again.close()
    }
  },
  {
    name: 'reads and close() resolve in a later macrotask',
    async run({ storage }) {
      await storage.setSeed(b4a.alloc(32, 7))
      await storage.getSeed() // whatever can be cached is
      same(await resolvesAtOnce(storage.getSeed()), false, 'a read resolved in a microtask')
      same(await resolvesAtOnce(storage.close()), false, 'close() resolved in a microtask')
    }
  },
  {
    name: 'suspend() holds everything back until resume()',
    async run(store) {
      const core = await store.core('a')
      await core.append('before')
      await store.storage.suspend()
      let appended = false
      const after = core.append('after').then(() => (appended = true))
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0))
      ok(!appended, 'an append went through while suspended')
      await store.storage.resume()
      await after
      same(await readAll(core), ['before', 'after'], 'blocks')
    }
  },
  {
    name: 'close() works with open iterators, read or unread, with reads under way, and twice',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 300))
      const { storage } = store
      storage.createDiscoveryKeyStream() // never read
      const started = storage.createCoreStream()[Symbol.asyncIterator]()
      await started.next()
      const stream = core.createReadStream()[Symbol.asyncIterator]()
      await stream.next()
      core.get(1).catch(() => {}) // may be refused
      await Promise.all([store.close(), storage.close()])
      await fails(() => storage.getSeed(), 'STORAGE_CLOSED', 'a call after close()')
    }
  },
  {
    name: 'close() works before and during the opening',
    async run(store, place) {
      await store.close()
      await place.open().close()
      const storage = place.open()
      const opening = storage.ready().catch(() => {}) // may be refused, because it is closed in the meantime
      await storage.close()
      await opening
      const again = place.open()
      await again.ready()
      await again.close()
    }
  },
  {
    name: 'a read-only storage reads, and refuses to write',
    needs: 'readOnly',
    async run(store, place) {
      await (await store.core('a')).append(blocks(0, 30))
      await store.close()
      const reader = new Store(place.open({ readOnly: true }))
      const core = await reader.core('a')
      same(await readAll(core), blocks(0, 30), 'blocks')
      let written = true
      await reader.storage.setSeed(b4a.alloc(32)).catch(() => (written = false))
      ok(!written, 'a read-only storage was written to')
      await reader.close()
    }
  },
  {
    name: 'compact() and flush() do not change what is read',
    async run(store) {
      const core = await store.core('a')
      await core.append(blocks(0, 200))
      await core.clear(0, 100)
      await core.compact()
      await store.storage.compact()
      await store.storage.flush()
      same((await readAll(core)).slice(99, 102), [null, 'block 100', 'block 101'], 'blocks')
    }
  }
]

async function resolvesAtOnce(promise: Promise<unknown>): Promise<boolean> {
  let resolved = false
  const done = promise.then(() => (resolved = true))
  for (let i = 0; i < MICROTASKS; i++) await Promise.resolve()
  const atOnce = resolved
  await done
  return atOnce
}
