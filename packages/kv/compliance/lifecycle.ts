import type { Engine } from '@manycore/kv'
import { get, list, put } from './case.js'
import type { Case } from './case.js'
import { bytes, fails, ok, same } from './expect.js'

const CALLS: Record<string, (engine: Engine) => unknown> = {
  'getMany()': (engine) => engine.getMany([bytes('a')]),
  'batch()': (engine) => engine.batch([put('a', '1')]),
  'iterator()': (engine) => engine.iterator({}).next(1),
  'snapshot()': (engine) => engine.snapshot()
}

export const lifecycle: Case[] = [
  {
    name: 'every call before open() and after close() is refused with ENGINE_CLOSED',
    async run(engine, place) {
      await engine.close()
      const fresh = place.engine()
      for (const [call, fn] of Object.entries(CALLS))
        await fails(() => fn(fresh), 'ENGINE_CLOSED', `${call} before open()`)
      await fresh.open()
      await fresh.batch([put('a', '1')])
      await fresh.close()
      for (const [call, fn] of Object.entries(CALLS))
        await fails(() => fn(fresh), 'ENGINE_CLOSED', `${call} after close()`)
    }
  },
  {
    name: 'open() and close() are idempotent, and close() before open() is nothing',
    async run(engine, place) {
      await Promise.all([engine.open(), engine.open()])
      await Promise.all([engine.close(), engine.close()])
      await engine.close()
      const fresh = place.engine()
      await fresh.close()
      await fresh.open()
      await fresh.open()
      await fresh.batch([put('a', '1')])
      await fresh.close()
    }
  },
  {
    name: 'close() while opening closes, and the engine opens again',
    async run(engine, place) {
      await engine.close()
      const fresh = place.engine()
      const opening = fresh.open()
      await Promise.all([opening.catch(() => {}), fresh.close()])
      await fails(() => get(fresh, 'a'), 'ENGINE_CLOSED', 'after close()')
      await fresh.open()
      await fresh.batch([put('a', '1')])
      same(await get(fresh, 'a'), '1', 'value')
      await fresh.close()
    }
  },
  {
    name: 'close() waits for the calls that run',
    async run(engine) {
      await engine.batch([put('a', '1')])
      const reads = Promise.all([get(engine, 'a'), list(engine)])
      const writes = Promise.all(Array.from({ length: 20 }, (_, i) => engine.batch([put(`key ${i}`, '')])))
      reads.catch(() => {}) // they are looked at below
      await engine.close()
      await writes
      const [value] = await Promise.allSettled([reads])
      ok(
        value!.status === 'fulfilled' || value!.reason.code === 'ENGINE_CLOSED',
        'a read that runs while closing ends, or is refused'
      )
    }
  },
  {
    name: 'close() ends iterators and snapshots that were left open',
    async run(engine) {
      await engine.batch(Array.from({ length: 100 }, (_, i) => put(`key ${i}`, '')))
      const [iterator, unread, snapshot] = [engine.iterator({}), engine.iterator({}), engine.snapshot()]
      await iterator.next(1)
      await engine.close()
      await fails(() => iterator.next(1), 'ENGINE_CLOSED', 'next() after close()')
      await Promise.all([iterator.close(), unread.close()])
      snapshot.close()
    }
  },
  {
    name: 'suspend() holds calls back until resume()',
    needs: 'suspend',
    async run(engine) {
      await engine.batch([put('a', '1')])
      await engine.suspend!()
      await engine.suspend!()
      let settled = false
      const pending = Promise.all([get(engine, 'a'), engine.batch([put('b', '2')])])
      void pending.then(() => (settled = true))
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0))
      ok(!settled, 'a call went through while suspended')
      await engine.resume!()
      await pending
      same(
        await list(engine),
        [
          ['a', '1'],
          ['b', '2']
        ],
        'entries'
      )
    }
  }
]
