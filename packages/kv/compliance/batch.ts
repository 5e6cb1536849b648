import { del, delRange, get, keys, list, put } from './case.js'
import type { Case } from './case.js'
import { bytes, same, text } from './expect.js'

export const batch: Case[] = [
  {
    name: 'ops apply in order; the last one on a key wins',
    async run(engine) {
      await engine.batch([
        put('a', '1'),
        put('b', '1'),
        delRange('a', 'b'),
        put('a', '2'),
        put('b', '2'),
        del('b'),
        put('c', '1'),
        put('c', '3')
      ])
      same(
        await list(engine),
        [
          ['a', '2'],
          ['c', '3']
        ],
        'entries'
      )
      await engine.batch([put('d', '1'), delRange('a', 'z'), put('b', '4')])
      same(await list(engine), [['b', '4']], 'after a range delete')
    }
  },
  {
    name: 'a range delete is half-open, reaches what earlier batches stored, and spares its neighbours',
    async run(engine) {
      const names = ['a', 'a\xff', 'b', 'b\x00', 'bb', 'c', 'c\x00', 'd']
      await engine.batch(names.map((name) => put(name, name)))
      await engine.batch([delRange('b', 'c')])
      same(await keys(engine), ['a', 'a\xff', 'c', 'c\x00', 'd'], 'keys')
      same(
        await Promise.all(names.map((name) => get(engine, name))),
        ['a', 'a\xff', null, null, null, 'c', 'c\x00', 'd'],
        'values'
      )
      await engine.batch([put('bb', 'again')])
      same(await keys(engine, { gte: 'b', lt: 'c' }), ['bb'], 'put after the delete')
    }
  },
  {
    name: 'an empty or inverted range delete changes nothing, and writes go on',
    async run(engine) {
      await engine.batch([put('a', '1'), put('b', '2')])
      await engine.batch([delRange('a', 'a')])
      await engine.batch([delRange('b', 'a'), put('c', '3')])
      await engine.batch([])
      same(await keys(engine), ['a', 'b', 'c'], 'keys')
    }
  },
  {
    name: 'a reader sees all of a batch or nothing of it',
    async run(engine) {
      const names = Array.from({ length: 50 }, (_, i) => `key ${i}`)
      const all = (value: string) => names.map((name) => put(name, value))
      await engine.batch(all('0'))
      for (let round = 1; round <= 30; round++) {
        const [reads, entries] = await Promise.all([
          Promise.all(Array.from({ length: 3 }, () => engine.getMany(names.map(bytes)))),
          list(engine, {}, undefined, 1000),
          engine.batch(round % 3 === 0 ? [delRange('key', 'kez'), ...all(`${round}`)] : all(`${round}`)),
          engine
            .getMany(names.map(bytes))
            .then((values) => same(new Set(values.map(text)).size, 1, 'a later read'))
        ])
        for (const values of reads) same(new Set(values.map(text)).size, 1, 'different values of one batch')
        same(new Set(entries.map(([, value]) => value)).size, 1, 'different entries of one batch')
      }
    }
  },
  {
    name: 'batches commit in the order of their calls',
    async run(engine) {
      await Promise.all(
        Array.from({ length: 200 }, (_, i) => engine.batch([put('last', `${i}`), put(`key ${i}`, '')]))
      )
      same(await get(engine, 'last'), '199', 'value')
      same((await keys(engine)).length, 201, 'keys')
    }
  },
  {
    name: 'a write is visible once its promise has resolved, to every way of reading',
    async run(engine) {
      for (let i = 0; i < 50; i++) {
        await engine.batch([put('a', `${i}`)])
        const snapshot = engine.snapshot()
        same(
          [await get(engine, 'a'), await list(engine), await get(engine, 'a', snapshot)],
          [`${i}`, [['a', `${i}`]], `${i}`],
          `round ${i}`
        )
        snapshot.close()
      }
    }
  },
  {
    name: 'a batch of 10,000 ops',
    async run(engine) {
      const names = Array.from({ length: 10_000 }, (_, i) => `key ${String(i).padStart(5, '0')}`)
      await engine.batch(names.map((name) => put(name, name)))
      same((await list(engine, {}, undefined, 5000)).length, 10_000, 'entries')
      await engine.batch(names.filter((_, i) => i % 2 === 0).map((name) => del(name)))
      same((await list(engine, {}, undefined, 5000)).length, 5000, 'entries')
    }
  }
]
