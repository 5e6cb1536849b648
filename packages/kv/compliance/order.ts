import type { Engine } from '@manycore/kv'
import { get, put } from './case.js'
import type { Case } from './case.js'
import { fails, same } from './expect.js'
import { Life } from './life.js'
import type { LifecycleCall } from './life.js'

/** How many calls an order has. Longer orders show nothing that these do not. */
const LENGTH = 3

/** Lifecycle calls form a queue: docs/write-an-engine.md has the table. */
export const order: Case[] = [
  {
    name: 'open() and close() in every order, awaited or not, with work inside',
    run: (engine) => everyOrder(engine, ['open', 'close'])
  },
  {
    name: 'open(), close(), suspend() and resume() in every order, awaited or not, with work inside',
    needs: 'suspend',
    run: (engine) => everyOrder(engine, ['open', 'close', 'suspend', 'resume'])
  },
  {
    name: 'close() refuses what a suspension holds back, and no part of it is stored',
    needs: 'suspend',
    async run(engine) {
      await engine.batch([put('a', '1')])
      await engine.suspend!()
      const held = [engine.batch([put('b', '2')]), get(engine, 'a')]
      for (const call of held) call.catch(() => {}) // they are looked at below
      await engine.close()
      for (const call of held) await fails(() => call, 'ENGINE_CLOSED', 'a call that was held back')
      await engine.open()
      same([await get(engine, 'a'), await get(engine, 'b')], ['1', null], 'values')
    }
  },
  {
    name: 'iterators and snapshots outlive a suspension, and can be had during one',
    needs: 'suspend',
    async run(engine) {
      await engine.batch([put('a', '1'), put('b', '2')])
      const [before, snapshot] = [engine.iterator({}), engine.snapshot()]
      same((await before.next(1)).length, 1, 'entries before')
      await engine.suspend!()
      const [during, late] = [engine.iterator({}), engine.snapshot()]
      const reads = [before.next(5), during.next(5)] as const
      await engine.resume!()
      await engine.batch([put('a', '3')])
      same([(await reads[0]).length, (await reads[1]).length], [1, 2], 'entries after')
      same([await get(engine, 'a', snapshot), await get(engine, 'a', late)], ['1', '1'], 'values')
      await Promise.all([before.close(), during.close()])
      snapshot.close()
      late.close()
    }
  }
]

async function everyOrder(engine: Engine, calls: readonly LifecycleCall[]): Promise<void> {
  for (const order of orders(calls, LENGTH)) {
    for (const isAwaited of [false, true]) {
      const life = new Life(engine)
      life.work()
      for (const call of order) {
        life.call(call)
        if (isAwaited) await life.rest()
        life.work()
      }
      await life.end()
    }
  }
}

function* orders(calls: readonly LifecycleCall[], length: number): Generator<LifecycleCall[]> {
  for (const call of calls) {
    yield [call]
    if (length > 1) for (const rest of orders(calls, length - 1)) yield [call, ...rest]
  }
}
