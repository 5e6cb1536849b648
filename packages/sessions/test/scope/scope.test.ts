import { expect, test } from 'vitest'
import type { SessionSource } from '../../src/index.js'
import { newCore } from '../kit/new-core.js'
import { LINGER, openTable } from '../kit/open-table.js'

/** A promise of a core, kept until go(). */
function later(source: SessionSource): { promise: Promise<SessionSource>; go: () => void } {
  let go = (): void => {}
  const promise = new Promise<SessionSource>((resolve) => {
    go = () => resolve(source)
  })
  return { promise, go }
}

test('a closing scope leaves other scopes open', async () => {
  const { table } = openTable()
  const [one, two] = [table.scope(), table.scope()]
  const core = table.openCore(newCore())
  const [a, b] = [one.session(core), two.session(core)]
  await Promise.all([a.ready(), b.ready()])
  await one.close()
  expect([a.closed, b.closed]).toEqual([true, false])
  await b.append(Buffer.from('still open'))
  expect([one.size, two.size]).toEqual([0, 1])
})

test('sessions are listed by the id of their core', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const [first, second] = [table.openCore(newCore()), table.openCore(newCore())]
  const [a, b, c] = [scope.session(first), scope.session(first), scope.session(second)]
  expect(scope.size).toBe(2)
  expect(scope.list(first.id as string)).toEqual([a, b])
  expect(scope.list()).toEqual([a, b, c])
  expect([...scope]).toEqual([a, b, c])
  expect(scope.get(first.id as string)).toBe(a.sessions)
  expect(scope.list('nobody')).toEqual([])

  await Promise.all([a.close(), b.close()])
  expect([...scope.map.keys()]).toEqual([second.id])
})

test('a session that is still opening is closed with its scope', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  const { promise, go } = later({ core })
  const [opening, waiting] = [scope.session(core), scope.session(promise)]
  const closed = scope.close()
  expect([opening.opened, waiting.opened]).toEqual([false, false])
  go()
  await closed
  expect([opening.closed, waiting.closed]).toEqual([true, true])
  expect([scope.size, core.hasSession()]).toEqual([0, false])
})

test('a scope does not wait for a session whose promise is still out, and closes it', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  await core.ready()
  const { promise, go } = later({ core })
  const session = scope.session(promise)
  const ready = session.ready().catch((err: Error) => err)
  await scope.close()
  expect(await ready).toMatchObject({ code: 'SESSION_CLOSED' })
  expect([session.closed, core.hasSession()]).toEqual([true, false])
  go() // late, and in vain
  await promise
  expect(core.hasSession()).toBe(false)
})

test('a session derived from one in the scope is closed with it, derived before it opened or after', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  const { promise, go } = later({ core })
  const pending = scope.session(promise)
  const early = pending.session()
  const open = scope.session(core)
  await open.ready()
  const late = open.snapshot()
  go()
  await scope.close()
  expect([early.closed, late.closed, core.hasSession(), scope.size]).toEqual([true, true, false, 0])
})

test('options that come with the promise reach Hypercore', async () => {
  const { table } = openTable()
  const core = table.openCore(newCore())
  const source = Promise.resolve({ core, encryption: { key: Buffer.alloc(32, 1) } })
  const session = table.scope().session<{ a: number }>(source, { valueEncoding: 'json' })
  await session.append({ a: 1 })
  expect(await session.get(0)).toEqual({ a: 1 })
  expect(session.padding).toBe(8)
})

test('a session whose core is known by its discovery key only waits for the key', async () => {
  const { table, clock } = openTable()
  const who = newCore()
  await table.openCore(who).ready()
  clock.advance(LINGER)

  const core = table.openCore({ discoveryKey: who.discoveryKey })
  expect(core.id).toBe(null)
  const scope = table.scope()
  const sessions = [scope.session(core), scope.session(core)]
  expect(scope.size).toBe(0)
  await Promise.all(sessions.map((session) => session.ready()))
  expect([...scope.map.keys()]).toEqual([core.id])
  expect(sessions[0]?.key).toEqual(who.key)
  await scope.close()
  expect([sessions.map((session) => session.closed), scope.size]).toEqual([[true, true], 0])
})

test('a preload that rejects rejects the session and leaves nothing behind', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const cause = Object.assign(new Error('no such core'), { code: 'STORAGE_EMPTY' })
  const session = scope.session(Promise.reject(cause))
  await expect(session.ready()).rejects.toBe(cause)
  await expect(session.get(0)).rejects.toBe(cause)
  expect(session.closed).toBe(true)
  await session.close()
  expect([scope.size, [...scope]]).toEqual([0, []])
  await scope.close()
})

test('a preload that rejects does not fail the close of its session or scope', async () => {
  const { table } = openTable()
  const scope = table.scope()
  let fail = (): void => {}
  const session = scope.session(
    new Promise<SessionSource>((_, reject) => {
      fail = () => reject(new Error('too late'))
    })
  )
  session.ready().catch(() => {})
  const closing = [session.close(), scope.close()]
  fail()
  await Promise.all(closing)
  expect(session.closed).toBe(true)
})

test('a preload that throws a programming error rejects the session; the process lives on', async () => {
  const { table } = openTable()
  const cause = new TypeError('undefined is not a function')
  const session = table.scope().session(Promise.reject(cause))
  await expect(session.ready()).rejects.toMatchObject({ code: 'PRELOAD_FAILED', cause })
})

test('a session on nothing is refused, and one whose preload gives no core rejects', async () => {
  const { table } = openTable()
  const scope = table.scope()
  expect(() => scope.session(undefined as never)).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', field: 'source' })
  )
  const session = scope.session(Promise.resolve({} as never))
  await expect(session.ready()).rejects.toMatchObject({
    code: 'PRELOAD_FAILED',
    cause: { code: 'BAD_ARGUMENT', field: 'source.core' }
  })
})

test('a closed scope refuses sessions and closes only once', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  const closing = scope.close()
  expect(scope.close()).toBe(closing)
  expect(() => scope.session(core)).toThrow(expect.objectContaining({ code: 'SESSION_CLOSED' }))
  await closing
})

test('a core that is closing refuses sessions', async () => {
  const { table, clock } = openTable()
  const core = table.openCore(newCore())
  await core.ready()
  clock.advance(LINGER)
  const scope = table.scope()
  expect(() => scope.session(core)).toThrow(expect.objectContaining({ code: 'SESSION_CLOSED' }))
  const late = scope.session(Promise.resolve({ core }))
  await expect(late.ready()).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
  expect(scope.size).toBe(0)
})

test('one rejecting close does not skip the others', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  const sessions = [scope.session(core), scope.session(core), scope.session(core)]
  await Promise.all(sessions.map((session) => session.ready()))
  const failures = [new Error('first'), new Error('second')]
  sessions[0]?.on('close', () => {
    throw failures[0]
  })
  sessions[1]?.on('close', () => {
    throw failures[1]
  })
  const err = await scope.close().catch((err: unknown) => err)
  expect(err).toBeInstanceOf(AggregateError)
  expect((err as AggregateError).errors).toEqual(failures)
  expect([sessions[2]?.closed, core.hasSession(), scope.size]).toEqual([true, false, 0])
})

test('an exclusive session that waits for its turn is closed with its scope', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  const first = scope.session(core, { exclusive: true })
  const second = scope.session(core, { exclusive: true })
  await first.ready()
  await scope.close()
  expect([first.closed, second.closed]).toEqual([true, true])
})

test('a list that empties while a session is on its way is not lost, in whichever turn that is', async () => {
  const { table } = openTable()
  const core = table.openCore(newCore())
  for (let turns = 0; turns < 12; turns++) {
    const scope = table.scope()
    const first = scope.session(core)
    await first.ready()
    const { promise, go } = later({ core })
    const second = scope.session(promise)
    go()
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    void first.close()
    await second.ready()
    expect([...scope]).toEqual([second])
    await scope.close()
    expect(second.closed).toBe(true)
  }
})
