import { expect, test } from 'vitest'
import { newCore } from '../kit/new-core.js'
import { openTable } from '../kit/open-table.js'

test('a session made from one that is still opening has its own options', async () => {
  const { table } = openTable()
  const core = table.openCore(newCore())
  const late = { core, exclusive: true, writable: true, valueEncoding: 'utf-8' as const }
  const session = table.scope().session<string>(Promise.resolve(late), { exclusive: true })
  const derived = session.session({ writable: false, valueEncoding: 'json' })
  const snapshot = session.snapshot()
  await Promise.all([session.ready(), derived.ready(), snapshot.ready()])
  expect([session.exclusive, derived.exclusive, snapshot.exclusive]).toEqual([true, false, false])
  expect([session.writable, derived.writable]).toEqual([true, false])
  await session.append('7')
  expect(await derived.get(0)).toBe(7)
})

test('a session made from one that is still opening has inherited options as well', async () => {
  const { table } = openTable()
  const core = table.openCore(newCore())
  const session = table.scope().session(Promise.resolve({ core }))
  const opts = { writable: false, valueEncoding: 'utf-8' as const }
  const derived = session.session(Object.create(opts) as typeof opts)
  await Promise.all([session.append('x'), derived.ready()])
  expect([derived.writable, await derived.get(0)]).toEqual([false, 'x'])
})

test('a session made from one that is still opening reads what it encrypts', async () => {
  const { table } = openTable()
  const core = table.openCore(newCore())
  const late = { core, encryption: { key: Buffer.alloc(32, 1) } }
  const session = table.scope().session(Promise.resolve(late))
  const derived = session.session()
  await session.append(Buffer.from('secret'))
  expect(await derived.get(0)).toEqual(Buffer.from('secret'))
})

test('a session made from one whose source rejects fails as it does', async () => {
  const { table } = openTable()
  const failure = new Error('no source')
  const session = table.scope().session(Promise.reject(failure))
  const derived = session.session()
  await expect(session.ready()).rejects.toBe(failure)
  await expect(derived.ready()).rejects.toBe(failure)
  await Promise.all([session.close(), derived.close()])
})

test('every option that a promise gives counts, those that Hypercore reads at once as well', async () => {
  const { table } = openTable()
  const core = table.openCore({ ...newCore(), notDownloadingLinger: 0 })
  const writer = table.scope().session(core, { active: false })
  await writer.append('x')
  const [onwait, onseq] = [(): void => {}, (): void => {}]
  const late = {
    core,
    writable: false,
    wait: false,
    timeout: 5,
    onwait,
    onseq,
    active: false,
    snapshot: true
  }
  const session = table.scope().session(Promise.resolve(late))
  await session.ready()
  expect(session).toMatchObject({
    writable: false,
    wait: false,
    timeout: 5,
    onwait,
    onseq,
    snapshotted: true
  })
  await writer.append('y')
  expect(session.length).toBe(1)
  expect(core.replicator.downloading).toBe(false)

  const weak = table.scope().session(Promise.resolve({ core, weak: true }))
  await weak.ready()
  expect(weak.weak).toBe(true)
})
