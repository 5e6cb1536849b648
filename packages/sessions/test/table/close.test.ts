import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { newCore } from '../kit/new-core.js'
import { LINGER, openTable } from '../kit/open-table.js'

test('closing the table closes every core and session, and stops its timer', async () => {
  const { table, clock } = openTable()
  const scope = table.scope()
  const used = table.openCore(newCore())
  const session = scope.session(used)
  const unused = table.openCore(newCore())
  await Promise.all([session.ready(), unused.ready()])
  expect(clock.timers).toBe(1)
  await table.close()
  expect([used.closed, unused.closed, session.closed, scope.closed]).toEqual([true, true, true, true])
  expect([table.size, [...table], clock.timers]).toEqual([0, [], 0])
})

test('the storage stays open, and closes after the table', async () => {
  const { table, storage } = openTable()
  const who = newCore()
  await table.openCore(who).ready()
  await table.close()
  expect(storage.closed).toBe(false)
  expect(await storage.hasCore(who.discoveryKey)).toBe(true)
  await storage.close()
})

test('a session that is in no scope of the table does not stop it', async () => {
  const { table } = openTable()
  const core = table.openCore(newCore())
  const session = new Hypercore(null, null, { core })
  await session.ready()
  await table.close()
  expect([session.closed, core.closed]).toEqual([true, true])
})

test('close() while cores and sessions are opening', async () => {
  const { table } = openTable()
  const opening = table.openCore(newCore())
  const failing = table.openCore({ key: newCore().key, createIfMissing: false })
  const session = table.scope().session(opening)
  await table.close()
  expect([opening.closed, session.closed, table.size]).toEqual([true, true, 0])
  await expect(failing.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
})

test('close() while a core is closing by itself waits for it', async () => {
  const { table, clock } = openTable()
  const core = table.openCore(newCore())
  await core.ready()
  clock.advance(LINGER)
  await table.close()
  expect([core.closed, table.size]).toEqual([true, 0])
})

test('close() is idempotent and shares one promise', async () => {
  const { table } = openTable()
  table.openCore(newCore())
  const closing = table.close()
  expect(table.close()).toBe(closing)
  await closing
  expect(table.close()).toBe(closing)
})

test('one failing core and one failing session do not skip the others', async () => {
  const { table } = openTable()
  const [bad, good] = [table.openCore(newCore()), table.openCore(newCore())]
  const scope = table.scope()
  const sessions = [scope.session(bad), scope.session(good)]
  await Promise.all(sessions.map((session) => session.ready()))
  const bug = new Error('bug')
  sessions[1]?.on('close', () => {
    throw bug
  })
  // A session that comes back whenever one is closed: its core cannot close.
  let late: Hypercore | null = null
  const stray = new Hypercore(null, null, { core: bad })
  stray.on('close', () => {
    late = new Hypercore(null, null, { core: bad })
  })
  await stray.ready()

  const err = (await table.close().catch((err: unknown) => err)) as AggregateError
  expect(err).toBeInstanceOf(AggregateError)
  expect(err.errors.map(String)).toEqual(['Error: bug', 'Error: Cannot close while sessions are open'])
  expect(good.closed).toBe(true)
  expect(table.size).toBe(0)
  await (late as Hypercore | null)?.close()
})

test('a closed table refuses what would open something, and answers what would not', async () => {
  const { table } = openTable()
  const { key, discoveryKey } = newCore()
  const core = table.openCore({ key })
  await core.ready()
  await table.close()
  const refused = expect.objectContaining({ name: 'SessionsError', code: 'SESSION_CLOSED' })
  expect(() => table.openCore({ key })).toThrow(refused)
  expect(() => table.scope()).toThrow(refused)
  expect(() => table.hold(core)).toThrow(refused)
  await expect(table.open(discoveryKey)).rejects.toEqual(refused)
  await expect(table.adopt({} as never)).rejects.toEqual(refused)
  expect([table.get(discoveryKey), table.opened(discoveryKey), table.closed]).toEqual([null, false, true])
})

test('a hold that is released after the close does nothing', async () => {
  const { table, clock } = openTable()
  const core = table.openCore(newCore())
  await core.ready()
  const release = table.hold(core)
  await table.close()
  release()
  expect(clock.timers).toBe(0)
})
