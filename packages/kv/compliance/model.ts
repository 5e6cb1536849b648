import { randomNumbers } from '@manycore/kv/faults'
import type { EngineSnapshot, Op } from '@manycore/kv'
import { del, delRange, get, list, put } from './case.js'
import type { Case } from './case.js'
import { same } from './expect.js'

const SEEDS = [1, 2, 3, 4, 5, 6]

/** Random calls on the engine and on a sorted array; a failure names the seed. */
export const model: Case[] = SEEDS.map((seed) => ({
  name: `300 random steps give what a sorted array gives (seed ${seed})`,
  async run(first, place) {
    const random = randomNumbers(seed)
    const key = (): string => `k${random(60)}`.repeat(1 + random(2))
    let engine = first
    let array: [string, string][] = []
    const held: [EngineSnapshot, [string, string][]][] = []

    const randomOp = (): Op => {
      const kind = random(10)
      if (kind < 6) return put(key(), 'v'.repeat(random(40)) + random(1000))
      if (kind < 8) return del(key())
      return delRange(key(), key())
    }
    const check = async (expected: [string, string][], at?: EngineSnapshot): Promise<void> => {
      const [gte, lt] = [key(), key()]
      const range = expected.filter(([k]) => k >= gte && k < lt)
      same(await list(engine, {}, at, 1 + random(90)), expected, `all, seed ${seed}`)
      same(
        await list(engine, { gte, lt, reverse: true }, at),
        range.toReversed(),
        `${gte} to ${lt} in reverse, seed ${seed}`
      )
      const name = key()
      same(
        await get(engine, name, at),
        expected.find(([k]) => k === name)?.[1] ?? null,
        `${name}, seed ${seed}`
      )
    }

    for (let step = 0; step < 300; step++) {
      const kind = random(20)
      if (kind < 14) {
        const ops = Array.from({ length: random(12) }, randomOp)
        array = apply(array, ops)
        await engine.batch(ops)
      } else if (kind === 14) held.push([engine.snapshot(), array])
      else if (kind === 15) held.splice(random(held.length + 1), 1)[0]?.[0].close()
      else if (kind === 16) await engine.compact?.()
      else if (kind === 17 && engine.supports.persistent && random(3) === 0) {
        for (const [snapshot] of held.splice(0)) snapshot.close()
        await engine.close()
        engine = place.engine()
        await engine.open()
      } else
        await check(
          ...((held[random(held.length + 1)]?.toReversed() ?? [array]) as [
            [string, string][],
            EngineSnapshot?
          ])
        )
    }
    await check(array)
    for (const [snapshot, then] of held) await check(then, snapshot)
    await engine.close()
  }
}))

function apply(array: readonly [string, string][], ops: readonly Op[]): [string, string][] {
  const map = new Map(array)
  const name = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
  for (const op of ops) {
    if (op.type === 'put') map.set(name(op.key), name(op.value))
    else if (op.type === 'del') map.delete(name(op.key))
    else for (const k of map.keys()) if (k >= name(op.start) && k < name(op.end)) map.delete(k)
  }
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
