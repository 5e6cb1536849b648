import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { connect } from '../kit/connect.js'
import { newCore } from '../kit/new-core.js'
import { next } from '../kit/next.js'
import { LINGER, openTable } from '../kit/open-table.js'
import { until } from '../kit/until.js'

test('the core closes lingerMs after the last session', async () => {
  const { table, clock } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  const [a, b] = [scope.session(core), scope.session(core)]
  await Promise.all([a.ready(), b.ready()])

  await a.close()
  clock.advance(10 * LINGER)
  expect(core.closing).toBe(null)

  await b.close()
  clock.advance(LINGER - 1)
  expect(core.closing).toBe(null)
  const left = next(table, 'core-close')
  clock.advance(1)
  expect(table.get(core.discoveryKey)).toBe(null)
  expect(await left).toEqual([core])
  expect(core.closed).toBe(true)
  expect(table.size).toBe(0)
})

test('a get during the linger resumes the same core', async () => {
  const { table, clock } = openTable()
  const scope = table.scope()
  const who = newCore()
  const core = table.openCore(who)
  const first = scope.session(core)
  await first.append(Buffer.from('x'))
  await first.close()
  clock.advance(LINGER - 1)

  const second = scope.session(table.openCore(who))
  clock.advance(10 * LINGER)
  expect(second.core).toBe(core)
  expect(String(await second.get(0))).toBe('x')
  expect(core.closing).toBe(null)
  expect(clock.timers).toBe(0)
})

test('asking for a lingering core gives it its full time again', async () => {
  const { table, clock } = openTable()
  const who = newCore()
  const core = table.openCore(who)
  await core.ready()
  clock.advance(LINGER - 1)
  expect(table.openCore(who)).toBe(core)
  clock.advance(LINGER - 1)
  expect(core.closing).toBe(null)
  clock.advance(1)
  expect(core.closing).not.toBe(null)
})

test('a core that nothing ever attached to lingers and closes', async () => {
  const { table, clock } = openTable()
  const core = table.openCore(newCore())
  await core.ready()
  const left = next(table, 'core-close')
  clock.advance(LINGER)
  await left
  expect(table.size).toBe(0)
})

test('with lingerMs 0 a core closes in the next turn of the timers', async () => {
  const { table, clock } = openTable({ lingerMs: 0 })
  const core = table.openCore(newCore())
  const session = table.scope().session(core)
  await session.close()
  expect(core.closing).toBe(null)
  clock.advance(0)
  await core.closing
  expect(core.closed).toBe(true)
})

test('with lingerMs 0 a core stays open for a session that is still opening', async () => {
  const { table, clock } = openTable({ lingerMs: 0 })
  const core = table.openCore(newCore())
  await core.ready()
  let go = (): void => {}
  const session = table.scope().session(
    new Promise((resolve) => {
      go = () => resolve({ core })
    })
  )
  const direct = table.scope().session(core, { name: 'batch' }) // opens its own state: takes a few reads
  clock.advance(0)
  expect(core.closing).toBe(null)
  go()
  await Promise.all([session.ready(), direct.ready()])
  clock.advance(0)
  expect(session.opened && direct.opened).toBe(true)
})

test('a held core stays open until its last hold is released', async () => {
  const { table, clock } = openTable()
  const core = table.openCore(newCore())
  await core.ready()
  const [first, second] = [table.hold(core), table.hold(core)]
  expect(clock.timers).toBe(0)
  first()
  first()
  clock.advance(10 * LINGER)
  expect(core.closing).toBe(null)
  second()
  clock.advance(LINGER)
  expect(core.closing).not.toBe(null)
})

test('a core with a peer stays open, and closes lingerMs after the peer has gone', async () => {
  const near = openTable()
  const far = openTable()
  const who = newCore()
  const source = near.table.openCore(who)
  const writer = near.table.scope().session(source)
  await writer.append(Buffer.from('x'))
  const copy = far.table.openCore({ key: who.key })
  const reader = far.table.scope().session(copy)
  await reader.ready()
  const disconnect = connect(source, copy)
  await reader.get(0)

  await writer.close()
  near.clock.advance(10 * LINGER)
  expect(source.closing).toBe(null)
  expect(source.replicator.peers.length).toBe(1)

  await disconnect()
  await until(() => near.clock.timers > 0) // the channel outlives its stream by some turns
  near.clock.advance(LINGER - 1)
  expect(source.closing).toBe(null)
  near.clock.advance(1)
  expect(source.closing).not.toBe(null)
})

test('a core that is used again at its deadline, past the table, is not closed', async () => {
  const { table, clock } = openTable()
  const core = table.openCore(newCore())
  await core.ready()
  const session = new Hypercore(null, null, { core })
  await session.ready()
  clock.advance(LINGER)
  expect(core.closing).toBe(null)
  await session.close()
  clock.advance(LINGER)
  expect(core.closing).not.toBe(null)
})

test('a weak session does not keep its core open', async () => {
  const { table, clock } = openTable()
  const core = table.openCore(newCore())
  const session = table.scope().session(core, { weak: true })
  await session.ready()
  const closed = next(session, 'close')
  clock.advance(LINGER)
  await closed
  expect(core.closing).not.toBe(null)
})

test('2,000 cores opened and closed leave nothing: no core, no timer, no list', async () => {
  const { table, clock } = openTable({ lingerMs: 5 })
  const scope = table.scope()
  const who = Array.from({ length: 20 }, () => newCore())
  for (let round = 0; round < 100; round++) {
    const sessions = who.map((each) => scope.session(table.openCore(each)))
    await Promise.all(sessions.map((session) => session.ready()))
    expect([table.size, scope.size, clock.timers]).toEqual([20, 20, 0])
    await Promise.all(sessions.map((session) => session.close()))
    const cores = [...table]
    clock.advance(5)
    await Promise.all(cores.map((core) => core.closing))
    expect([table.size, scope.size, clock.timers]).toEqual([0, 0, 0])
  }
})
