import { del, delRange, list, put } from './case.js'
import type { Case } from './case.js'
import { ok, same } from './expect.js'

export const durability: Case[] = [
  {
    name: 'what was committed is there after close() and open()',
    needs: 'persistent',
    async run(engine, place) {
      await engine.batch([put('a', '1'), put('b', '1'), put('c', '1'), put('d', '')])
      await engine.batch([del('b'), delRange('c', 'd'), put('a', '2')])
      await engine.close()
      for (let round = 0; round < 3; round++) {
        const again = place.engine()
        await again.open()
        same(
          await list(again),
          [
            ['a', '2'],
            ['d', '']
          ],
          `opened ${round + 1} times`
        )
        await again.close()
      }
    }
  },
  {
    name: 'what was acknowledged is there after a crash, in order and without gaps',
    needs: 'crashes',
    async run(engine, place) {
      let current = engine
      let acknowledged = 0
      for (let round = 0; round < 5; round++) {
        const writes = Array.from({ length: 60 }, (_, i) => {
          const n = round * 1000 + i
          return current
            .batch([put(`a ${String(n).padStart(6, '0')}`, 'x'.repeat(200)), put('last', `${n}`)])
            .then(() => (acknowledged = n))
        })
        await writes[40]
        for (const write of writes) write.catch(() => {}) // the process dies meanwhile
        const promised = acknowledged // what is acknowledged after the crash does not count
        await place.crash!()
        current = place.engine()
        await current.open()
        const entries = await list(current, {}, undefined, 1000)
        const last = Number(entries.find(([key]) => key === 'last')![1])
        const newest = Number(entries.findLast(([key]) => key.startsWith('a '))![0].slice(2))
        ok(last >= promised, `acknowledged ${promised}, found ${last}`)
        same(newest, last, 'both halves of the newest batch')
        const ofRound = entries.filter(([key]) => Number(key.slice(2)) >= round * 1000)
        same(ofRound.length, last - round * 1000 + 1, 'blocks up to the newest')
      }
      await current.close()
    }
  },
  {
    name: 'closing and opening give back a store that compacts and goes on',
    needs: 'persistent',
    async run(engine, place) {
      let current = engine
      for (let round = 0; round < 4; round++) {
        await current.batch(
          Array.from({ length: 300 }, (_, i) => put(`key ${i}`, `${round} ${'x'.repeat(300)}`))
        )
        await current.compact?.()
        await current.close()
        current = place.engine()
        await current.open()
      }
      const entries = await list(current, {}, undefined, 1000)
      same([entries.length, entries.every(([, value]) => value.startsWith('3 '))], [300, true], 'entries')
      await current.close()
    }
  }
]
