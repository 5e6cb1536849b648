import { del, delRange, get, keys, list, put } from './case.js'
import type { Case } from './case.js'
import { fails, same } from './expect.js'

export const snapshots: Case[] = [
  {
    name: 'a snapshot keeps its state, for gets and iterators, in both directions',
    async run(engine) {
      await engine.batch([put('a', '1'), put('b', '1'), put('c', '1')])
      const snapshot = engine.snapshot()
      await engine.batch([put('a', '2'), del('b'), delRange('c', 'd'), put('d', '2')])
      same(
        await list(engine, {}, snapshot),
        [
          ['a', '1'],
          ['b', '1'],
          ['c', '1']
        ],
        'at the snapshot'
      )
      same(await keys(engine, { reverse: true }, snapshot), ['c', 'b', 'a'], 'in reverse')
      same(
        await Promise.all(['a', 'b', 'c', 'd'].map((key) => get(engine, key, snapshot))),
        ['1', '1', '1', null],
        'gets'
      )
      same(
        await list(engine),
        [
          ['a', '2'],
          ['d', '2']
        ],
        'now'
      )
      snapshot.close()
    }
  },
  {
    name: 'many snapshots at once each keep their own state',
    async run(engine) {
      const held = []
      for (let i = 0; i < 40; i++) {
        await engine.batch([put('counter', `${i}`), put(`key ${i}`, ''), del(`key ${i - 5}`)])
        held.push(engine.snapshot())
      }
      for (const [i, snapshot] of [...held.entries()].toReversed()) {
        same(await get(engine, 'counter', snapshot), `${i}`, `snapshot ${i}`)
        same(
          (await keys(engine, { gte: 'key' }, snapshot)).length,
          Math.min(i + 1, 5),
          `keys of snapshot ${i}`
        )
        snapshot.close()
      }
    }
  },
  {
    name: 'a snapshot outlives many writes, and compaction',
    async run(engine) {
      const name = (i: number): string => `key ${String(i).padStart(5, '0')}`
      const padding = 'x'.repeat(500)
      const write = async (round: string, from: number, to: number): Promise<void> => {
        for (let i = from; i < to; i += 250) {
          await engine.batch(Array.from({ length: 250 }, (_, j) => put(name(i + j), `${round} ${padding}`)))
        }
      }
      await write('old', 0, 2000)
      const snapshot = engine.snapshot()
      const iterator = engine.iterator({}, snapshot)
      await write('new', 0, 4000)
      await engine.batch([delRange(name(500), name(1500))])
      await engine.compact?.()
      await write('newer', 0, 4000)
      await engine.compact?.()

      const entries = await list(engine, {}, snapshot, 300)
      same(entries.length, 2000, 'entries at the snapshot')
      same(
        entries.filter(([, value]) => value !== `old ${padding}`).length,
        0,
        'entries that are not of then'
      )
      same((await iterator.next(5000)).length > 0, true, 'an iterator opened then')
      await iterator.close()
      snapshot.close()
      same((await list(engine, {}, undefined, 300)).length, 4000, 'entries now')
    }
  },
  {
    name: 'a closed snapshot reads no more; closing twice is closing once; an iterator on it goes on',
    async run(engine) {
      await engine.batch([put('a', '1'), put('b', '1')])
      const snapshot = engine.snapshot()
      const iterator = engine.iterator({}, snapshot)
      snapshot.close()
      snapshot.close()
      await fails(() => get(engine, 'a', snapshot), 'ENGINE_CLOSED', 'getMany() at a closed snapshot')
      await fails(() => list(engine, {}, snapshot), 'ENGINE_CLOSED', 'iterator() at a closed snapshot')
      await engine.batch([put('a', '2'), del('b')])
      same((await iterator.next(10)).length, 2, 'the iterator that was open')
      await iterator.close()
    }
  }
]
