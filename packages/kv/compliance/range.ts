import { keys, list, put, del, delRange, toRange } from './case.js'
import type { Case } from './case.js'
import { same, text } from './expect.js'

/** In bytewise order. */
const NAMES = [
  '\x00',
  '\x00\x00',
  '\x00\xff',
  'a',
  'a\x00',
  'a\x00b',
  'aa',
  'ab',
  'a\xff',
  'b',
  'ba',
  '\xff',
  '\xff\x00'
]
const shuffled = NAMES.map((_, i) => NAMES[(i * 5 + 3) % NAMES.length]!)

export const range: Case[] = [
  {
    name: 'entries come in bytewise order, a prefix first, and in reverse',
    async run(engine) {
      await engine.batch(shuffled.map((name) => put(name, `value of ${name}`)))
      same(
        await list(engine),
        NAMES.map((name) => [name, `value of ${name}`]),
        'forward'
      )
      same(await keys(engine, { reverse: true }), NAMES.toReversed(), 'reverse')
    }
  },
  {
    name: 'ranges are half-open, whatever the bounds',
    async run(engine) {
      await engine.batch(shuffled.map((name) => put(name, '')))
      const bounds = [...NAMES, '\x01', 'a\x00a', 'c', '\xff\xff']
      for (const gte of bounds) {
        for (const lt of bounds) {
          const expected = NAMES.filter((name) => name >= gte && name < lt)
          same(await keys(engine, { gte, lt }), expected, JSON.stringify({ gte, lt }))
          same(
            await keys(engine, { gte, lt, reverse: true }),
            expected.toReversed(),
            JSON.stringify({ gte, lt, reverse: true })
          )
        }
        same(
          await keys(engine, { gte }),
          NAMES.filter((name) => name >= gte),
          JSON.stringify({ gte })
        )
        same(
          await keys(engine, { lt: gte, reverse: true }),
          NAMES.filter((name) => name < gte).toReversed(),
          JSON.stringify({ lt: gte })
        )
      }
    }
  },
  {
    name: 'chunks have at most as many entries as asked for, and the end stays the end',
    async run(engine) {
      const names = Array.from({ length: 1000 }, (_, i) => `key ${String(i).padStart(4, '0')}`)
      await engine.batch(names.map((name) => put(name, name)))
      for (const max of [1, 3, 999, 1000, 5000]) {
        same(
          await list(engine, {}, undefined, max),
          names.map((name) => [name, name]),
          `by ${max}`
        )
      }
      const iterator = engine.iterator({})
      while ((await iterator.next(400)).length > 0);
      same([await iterator.next(1), await iterator.next(1)], [[], []], 'after the end')
      await iterator.close()
      await iterator.close()
    }
  },
  {
    name: 'an iterator sees the state of its call, whatever is written meanwhile',
    async run(engine) {
      await engine.batch(Array.from({ length: 100 }, (_, i) => put(`${i + 100}`, 'old')))
      const [forward, reverse] = [engine.iterator({}), engine.iterator({ reverse: true })]
      await engine.batch([delRange('120', '140'), del('150'), put('160', 'new'), put('1605', 'new')])
      const seen: string[] = []
      for (let chunk = await forward.next(9); chunk.length > 0; chunk = await forward.next(9)) {
        for (const { key, value } of chunk) seen.push(`${text(key)} ${text(value)}`)
        await engine.batch([put(`${100 + seen.length}x`, 'new'), del(`${190 - seen.length}`)])
      }
      same(
        seen,
        Array.from({ length: 100 }, (_, i) => `${i + 100} old`),
        'forward'
      )
      same(text((await reverse.next(1))[0]!.key), '199', 'reverse')
      await Promise.all([forward.close(), reverse.close()])
    }
  },
  {
    name: 'an iterator that is closed early, or never read, holds nothing up',
    async run(engine) {
      await engine.batch(NAMES.map((name) => put(name, '')))
      const [started, unread] = [engine.iterator(toRange({})), engine.iterator(toRange({}))]
      await started.next(1)
      await Promise.all([started.close(), unread.close()])
      await Promise.all(Array.from({ length: 50 }, () => engine.iterator({}).close()))
    }
  }
]
