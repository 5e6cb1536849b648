import { get, put, del } from './case.js'
import type { Case } from './case.js'
import { bytes, fails, ok, same, text } from './expect.js'

export const point: Case[] = [
  {
    name: 'an absent key is null, an empty value has 0 bytes',
    async run(engine) {
      await engine.batch([put('empty', '')])
      const [absent, empty] = await engine.getMany([bytes('absent'), bytes('empty')])
      same([absent, empty!.byteLength], [null, 0], 'values')
    }
  },
  {
    name: 'a key is overwritten, deleted and put again',
    async run(engine) {
      const seen: (string | null)[] = []
      for (const op of [put('a', '1'), put('a', '2'), del('a'), del('a'), put('a', '3')]) {
        await engine.batch([op])
        seen.push(await get(engine, 'a'))
      }
      same(seen, ['1', '2', null, null, '3'], 'values')
    }
  },
  {
    name: 'values come in the order of the keys asked for, twice when asked for twice',
    async run(engine) {
      await engine.batch([put('a', '1'), put('b', '2'), put('c', '3')])
      const values = await engine.getMany(['c', 'x', 'a', 'c', 'b'].map(bytes))
      same(values.map(text), ['3', null, '1', '3', '2'], 'values')
      same(await engine.getMany([]), [], 'no keys')
    }
  },
  {
    name: 'every byte may stand in a key, and keys that begin alike are not mixed up',
    async run(engine) {
      const names = [
        '\x00',
        '\x00\x00',
        'a',
        'a\x00',
        'a\x00\x00',
        'a\xff',
        'ab',
        'b',
        '\xfe\xff',
        '\xff',
        '\xff\xff',
        'x'.repeat(1000)
      ]
      await engine.batch(names.map((name) => put(name, `value of ${name}`)))
      for (const name of names) same(await get(engine, name), `value of ${name}`, JSON.stringify(name))
      same(await get(engine, 'x'.repeat(999)), null, 'a prefix of a key')
    }
  },
  {
    name: 'values of 1 MiB and of 4096 bytes come back whole',
    async run(engine) {
      for (const size of [4095, 4096, 4097, 1 << 20]) {
        const value = new Uint8Array(size).map((_, i) => (i * 31 + size) & 255)
        await engine.batch([{ type: 'put', key: bytes(`${size}`), value: value.slice() }])
        const [read] = await engine.getMany([bytes(`${size}`)])
        ok(read!.byteLength === size && read!.every((byte, i) => byte === value[i]), `${size} bytes`)
      }
    }
  },
  {
    name: 'what is read is a copy: changing it changes nothing stored',
    async run(engine) {
      await engine.batch([put('a', 'value')])
      const [first] = await engine.getMany([bytes('a')])
      first!.fill(0)
      same(await get(engine, 'a'), 'value', 'after the copy was changed')
      const iterator = engine.iterator({})
      const [entry] = await iterator.next(1)
      entry!.key.fill(0)
      entry!.value.fill(0)
      await iterator.close()
      same(await get(engine, 'a'), 'value', 'after the entry was changed')
    }
  },
  {
    name: 'reads resolve in a later macrotask',
    async run(engine) {
      await engine.batch([put('a', '1')])
      await get(engine, 'a') // now everything that can be cached is
      let resolved = false
      const done = (): void => void (resolved = true)
      const reads = [engine.getMany([bytes('a')]).then(done), engine.iterator({}).next(1).then(done)]
      for (let i = 0; i < 200; i++) await Promise.resolve()
      ok(!resolved, 'a read resolved in a microtask')
      await Promise.all(reads)
    }
  },
  {
    name: 'bad arguments are refused with BAD_ARGUMENT and change nothing',
    async run(engine) {
      const bad = 7 as never
      await fails(() => engine.getMany([bad]), 'BAD_ARGUMENT', 'getMany([7])')
      await fails(() => engine.getMany([new Uint8Array(0)]), 'BAD_ARGUMENT', 'an empty key')
      await fails(() => engine.batch([put('a', '1'), bad]), 'BAD_ARGUMENT', 'batch([…, 7])')
      await fails(
        () => engine.batch([put('a', '1'), { type: 'put', key: bytes('b'), value: bad }]),
        'BAD_ARGUMENT',
        'a value'
      )
      same(await get(engine, 'a'), null, 'the good op of a bad batch')
    }
  }
]
