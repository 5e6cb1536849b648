import { expect, test } from 'vitest'
import { SessionTable } from '../../src/index.js'
import { newCore } from '../kit/new-core.js'
import { LINGER, openTable } from '../kit/open-table.js'
import { until } from '../kit/until.js'

/** A table over a storage that has one core with one block, not open. */
async function stored() {
  const opened = openTable()
  const who = newCore()
  const session = opened.table.scope().session(opened.table.openCore(who))
  await session.append(Buffer.from('x'))
  await session.close()
  opened.clock.advance(LINGER)
  await until(() => opened.table.size === 0)
  return { ...opened, who }
}

test('a stored core is opened for a remote, with no session, and lingers', async () => {
  const { table, clock, who } = await stored()
  const core = await table.open(who.discoveryKey)
  expect(core?.opened).toBe(true)
  expect(core?.key).toEqual(who.key)
  expect(core?.hasSession()).toBe(false)
  clock.advance(LINGER - 1)
  expect(table.get(who.discoveryKey)).toBe(core)
  clock.advance(1)
  await core?.closing
  expect(core?.closed).toBe(true)
})

test('a core that is not stored here is null and leaves nothing', async () => {
  const { table, clock } = openTable()
  const seen: unknown[] = []
  table.watch((core) => seen.push(core)) // a remote may ask for any number of keys: none becomes a core
  expect(await table.open(newCore().discoveryKey)).toBe(null)
  expect([table.size, clock.timers, seen]).toEqual([0, 0, []])
})

test('a core that is open already is the one given, and gets its full linger', async () => {
  const { table, clock, who } = await stored()
  const core = await table.open(who.discoveryKey)
  clock.advance(LINGER - 1)
  expect(await table.open(who.discoveryKey)).toBe(core)
  clock.advance(LINGER - 1)
  expect(core?.closing).toBe(null)
})

test('opens at the same time share one core', async () => {
  const { table, who } = await stored()
  const cores = await Promise.all(Array.from({ length: 5 }, () => table.open(who.discoveryKey)))
  expect(new Set(cores).size).toBe(1)
})

test('a core that is closing is waited for and opened again', async () => {
  const { table, clock, who } = await stored()
  const first = await table.open(who.discoveryKey)
  clock.advance(LINGER)
  expect(first?.closing).not.toBe(null)
  const second = await table.open(who.discoveryKey)
  expect(second).not.toBe(first)
  expect(first?.closed).toBe(true)
  expect(second?.opened).toBe(true)
})

test('a core that somebody is failing to open is null', async () => {
  const { table } = openTable()
  const { key, discoveryKey } = newCore()
  const core = table.openCore({ key, createIfMissing: false })
  core.ready().catch(() => {})
  expect(await table.open(discoveryKey)).toBe(null)
})

test('a core that cannot be opened rejects', async () => {
  const { table, storage } = await stored()
  const other = new SessionTable(storage)
  const core = newCore()
  await other.openCore(core).ready()
  await other.close()
  await storage.close()
  await expect(table.open(core.discoveryKey)).rejects.toThrow()
  expect(table.size).toBe(0)
})
