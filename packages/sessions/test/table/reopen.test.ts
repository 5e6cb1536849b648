import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { newCore } from '../kit/new-core.js'
import { next } from '../kit/next.js'
import { LINGER, openTable } from '../kit/open-table.js'

/** Notes, at each moment a core begins to read its storage, whether `core` had closed by then. */
function whenResumed(storage: object, core: { closed: boolean }): boolean[] {
  const closed: boolean[] = []
  // hypercore-storage calls it before each look-up of a core (`resumeCore`).
  Object.assign(storage, { onresume: () => closed.push(core.closed) })
  return closed
}

test('reopening while a twin closes waits for it', async () => {
  const { table, clock, storage } = openTable()
  const who = newCore()
  const first = table.openCore(who)
  const session = table.scope().session(first)
  await session.append(Buffer.from('x'))
  await session.close()

  clock.advance(LINGER)
  expect(first.closing).not.toBe(null)
  const closed = whenResumed(storage, first)
  const second = table.openCore(who)
  expect(second).not.toBe(first)
  expect(table.get(who.discoveryKey)).toBe(second)
  expect(String(await table.scope().session(second).get(0))).toBe('x')
  expect(closed).toEqual([true])
  expect(table.size).toBe(1)
})

test('the twin that closes does not take its successor out of the table', async () => {
  const { table, clock } = openTable()
  const who = newCore()
  const first = table.openCore(who)
  await first.ready()
  clock.advance(LINGER)
  const left = next(table, 'core-close')
  const second = table.openCore(who)
  expect(await left).toEqual([first])
  await second.ready()
  expect([...table.map.values()]).toEqual([second])
})

test('several callers during a close get the same successor', async () => {
  const { table, clock } = openTable()
  const who = newCore()
  const first = table.openCore(who)
  await first.ready()
  clock.advance(LINGER)
  const [second, third] = [table.openCore(who), table.openCore({ key: who.key })]
  expect(second).toBe(third)
  await second.ready()
})

test('a twin whose close fails is told of as an event and does not fail its successor', async () => {
  const { table, clock } = openTable()
  const who = newCore()
  const first = table.openCore(who)
  await first.ready()
  const failed = next(table, 'core-error')

  clock.advance(LINGER)
  const late = new Hypercore(null, null, { core: first }) // past the table, too late
  const second = table.openCore(who)
  await second.ready()
  const [err, core] = await failed
  expect(String(err)).toMatch(/Cannot destroy while sessions are open/)
  expect(core).toBe(first)
  expect([...table]).toEqual([second])
  await late.close()
})

test('a core that someone closed past the table is replaced', async () => {
  const { table, storage } = openTable()
  const who = newCore()
  const first = table.openCore(who)
  await first.ready()
  const left = next(table, 'core-close')
  const closing = first.close()
  const closed = whenResumed(storage, first)
  expect([table.get(who.discoveryKey), [...table]]).toEqual([null, []])
  const second = table.openCore(who)
  await second.ready()
  await closing
  expect(closed).toEqual([true])
  expect(await left).toEqual([first])
  expect([...table]).toEqual([second])
})

test('preopen is awaited before the core reads its storage, after a closing twin', async () => {
  const { table, clock, storage } = openTable()
  const who = newCore()
  const first = table.openCore(who)
  await first.ready()
  clock.advance(LINGER)
  const closed = whenResumed(storage, first)
  let go = (): void => {}
  const preopen = new Promise<void>((resolve) => {
    go = resolve
  })
  const second = table.openCore({ ...who, preopen })
  await first.closing
  expect(closed).toEqual([])
  go()
  await second.ready()
  expect(closed).toEqual([true])
})
