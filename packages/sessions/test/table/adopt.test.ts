import Hypercore from 'hypercore'
import { expect, onTestFinished, test } from 'vitest'
import { newCore } from '../kit/new-core.js'
import { next } from '../kit/next.js'
import { LINGER, openTable } from '../kit/open-table.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

/** A Hypercore with a storage of its own; the end of the test closes it. */
function plainCore(who = newCore()): Hypercore {
  const core = new Hypercore(temporaryDirectory(), who.key, { ...who })
  onTestFinished(() => core.close())
  return core
}

test('a plain Hypercore joins: get(), iteration, watchers and events', async () => {
  const { table } = openTable()
  const plain = plainCore()
  const seen: unknown[] = []
  table.watch((core) => seen.push(core))
  const opened = next(table, 'core-open')
  const core = await table.adopt(plain)
  expect(core).toBe(plain.core)
  expect(await opened).toEqual([core])
  expect(table.get(core.discoveryKey)).toBe(core)
  expect([...table]).toEqual([core])
  expect(seen).toEqual([core])
  expect(await table.open(core.discoveryKey)).toBe(core)

  await plain.setGroup(Buffer.alloc(32, 5))
  const active = next(table, 'group-active')
  await plain.append(Buffer.from('x'))
  expect(await active).toMatchObject([Buffer.alloc(32, 5), { length: 1 }])
})

test('the table never closes it', async () => {
  const { table, clock } = openTable()
  const plain = plainCore()
  const core = await table.adopt(plain)
  core.checkIfIdle()
  table.hold(core)()
  clock.advance(10 * LINGER)
  expect(core.closing).toBe(null)
  expect(clock.timers).toBe(0)

  const session = table.scope().session(core)
  await session.ready()
  await table.close()
  expect([session.closed, plain.closed]).toEqual([true, false])
  await plain.append(Buffer.from('still open'))
})

test('the table does not close it either when only weak sessions are left', async () => {
  const { table, clock } = openTable()
  const plain = new Hypercore(temporaryDirectory(), { weak: true })
  onTestFinished(() => plain.close())
  const core = await table.adopt(plain)
  core.checkIfIdle()
  clock.advance(10 * LINGER)
  expect([core.hasSession(), core.closing]).toEqual([false, null])
})

test('it gets its slots back when the table closes', async () => {
  const { table } = openTable()
  const plain = plainCore()
  await plain.ready()
  const core = plain.core as NonNullable<typeof plain.core>
  const before = [core.onidle, core.ongroupupdate, core.replicator.ondownloading]
  await table.adopt(plain)
  expect(core.onidle).not.toBe(before[0])
  await table.close()
  expect([core.onidle, core.ongroupupdate, core.replicator.ondownloading]).toEqual(before)
  expect([core.monitors.length, core.allSessions()]).toEqual([0, [plain]])

  const other = openTable()
  expect(await other.table.adopt(plain)).toBe(core)
})

test('it leaves when its last session closes', async () => {
  const { table } = openTable()
  const plain = plainCore()
  const core = await table.adopt(plain)
  const second = plain.session()
  await second.ready()
  await plain.close()
  expect([...table]).toEqual([core])
  const left = next(table, 'core-close')
  await second.close()
  expect(await left).toEqual([core])
  expect(core.closed).toBe(true)
  expect(table.size).toBe(0)
})

test('adopting it twice, or any of its sessions, gives the same core', async () => {
  const { table } = openTable()
  const plain = plainCore()
  const other = plain.session()
  const cores = await Promise.all([table.adopt(plain), table.adopt(plain), table.adopt(other)])
  expect(new Set(cores).size).toBe(1)
  expect(plain.core?.monitors.length).toBe(1)
  await other.close()
})

test('a session of the table itself is there already', async () => {
  const { table, clock } = openTable()
  const core = table.openCore(newCore())
  const session = table.scope().session(core)
  expect(await table.adopt(session)).toBe(core)
  await session.close()
  clock.advance(LINGER)
  expect(core.closing).not.toBe(null)
})

test('a core of another table is refused and keeps its hooks', async () => {
  const mine = openTable()
  const theirs = openTable()
  const core = theirs.table.openCore(newCore())
  const session = theirs.table.scope().session(core)
  await expect(mine.table.adopt(session)).rejects.toMatchObject({ code: 'CORE_TAKEN' })
  await session.close()
  theirs.clock.advance(LINGER)
  expect(core.closing).not.toBe(null)

  const plain = plainCore()
  await theirs.table.adopt(plain)
  await expect(mine.table.adopt(plain)).rejects.toMatchObject({ code: 'CORE_TAKEN' })
})

test('a core whose discovery key is open here is refused', async () => {
  const { table } = openTable()
  const who = newCore()
  await table.openCore(who).ready()
  await expect(table.adopt(plainCore(who))).rejects.toMatchObject({ code: 'CORE_TAKEN' })
})

test('a core whose twin is closing here waits for it', async () => {
  const { table, clock } = openTable()
  const who = newCore()
  const twin = table.openCore(who)
  await twin.ready()
  const plain = plainCore(who)
  await plain.ready()
  clock.advance(LINGER)
  const core = await table.adopt(plain)
  expect(twin.closed).toBe(true)
  expect([...table]).toEqual([core])
})

test('a Hypercore that fails to open, or has closed, is not adopted', async () => {
  const { table } = openTable()
  const failing = new Hypercore(temporaryDirectory(), newCore().key, { createIfMissing: false })
  await expect(table.adopt(failing)).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  const closed = plainCore()
  await closed.close()
  await expect(table.adopt(closed)).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
  expect(table.size).toBe(0)
})
