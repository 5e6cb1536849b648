import { expect, test } from 'vitest'
import { SessionTable } from '../../src/index.js'
import { newCore } from '../kit/new-core.js'
import { openTable } from '../kit/open-table.js'

test('a failed open leaves no trace', async () => {
  const { table, clock } = openTable()
  const seen: string[] = []
  table.on('core-open', () => seen.push('core-open'))
  table.on('core-close', () => seen.push('core-close'))
  const { key } = newCore()
  const core = table.openCore({ key, createIfMissing: false })
  await expect(core.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  expect([table.size, clock.timers, seen]).toEqual([0, 0, []])
})

test('the next open starts afresh', async () => {
  const { table } = openTable()
  const { key } = newCore()
  const failed = table.openCore({ key, createIfMissing: false })
  await expect(failed.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  const core = table.openCore({ key })
  expect(core).not.toBe(failed)
  await core.ready()
  expect(table.opened(core.discoveryKey)).toBe(true)
})

test('a session on a core that fails to open rejects, closes and leaves its scope', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const session = scope.session(table.openCore({ key: newCore().key, createIfMissing: false }))
  await expect(session.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  expect([session.closed, scope.size, table.size]).toEqual([true, 0, 0])
  await session.close()
  await scope.close()
})

test('a core whose stored key is another fails, and its storage still closes', async () => {
  const { table, storage } = openTable()
  const stored = newCore()
  await table.openCore(stored).ready()
  await table.close()

  const again = new SessionTable(storage)
  const core = again.openCore({ discoveryKey: stored.discoveryKey, manifest: newCore().manifest })
  await expect(core.ready()).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' })
  expect(again.size).toBe(0)
  await again.close()
})

test('a core that failed to open ends what it was attached to', async () => {
  const { table } = openTable()
  const core = table.openCore({ key: newCore().key, createIfMissing: false })
  await core.ready().catch(() => {})
  await Promise.resolve()
  expect(core.replicator.destroyed).toBe(true)
})

test('a failing open does not disturb the successor of a closing twin', async () => {
  const { table } = openTable()
  const { key, keyPair, manifest } = newCore()
  const failed = table.openCore({ key, createIfMissing: false })
  expect(table.openCore({ keyPair, manifest })).toBe(failed) // shared while it opens, error and all
  await expect(failed.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  await table.openCore({ keyPair, manifest }).ready()
  expect(table.size).toBe(1)
})

test('a preopen that rejects fails the core with its error, and the next open starts afresh', async () => {
  const { table } = openTable()
  const who = newCore()
  const failure = new Error('not yet')
  const core = table.openCore({ ...who, preopen: Promise.reject(failure) })
  await expect(core.ready()).rejects.toBe(failure)
  expect(table.size).toBe(0)
  await table.openCore(who).ready()
})
