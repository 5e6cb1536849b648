import Hypercore from 'hypercore'
import { laterTurn } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import type { SessionTable } from '../../src/index.js'
import { connect } from '../kit/connect.js'
import { newCore } from '../kit/new-core.js'
import { LINGER, openTable } from '../kit/open-table.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

/** Opens new cores, one after the other, that nothing attaches to. */
async function openIdle(table: SessionTable, count: number): Promise<InnerCore[]> {
  const cores: InnerCore[] = []
  for (let i = 0; i < count; i++) {
    const core = table.openCore(newCore())
    await core.ready()
    await laterTurn()
    cores.push(core)
  }
  return cores
}

/** Which of them are closing or closed? */
function closing(cores: readonly InnerCore[]): number[] {
  return cores.flatMap((core, i) => (core.closing === null ? [] : [i]))
}

test('above the maximum the core closes that has been idle the longest, before its linger is over', async () => {
  const { table, clock } = openTable({ maxOpenCores: 2 })
  const cores = await openIdle(table, 2)
  expect(closing(cores)).toEqual([])
  table.openCore({ key: cores[0]!.key }) // starts its linger again
  cores.push(...(await openIdle(table, 1)))
  expect(closing(cores)).toEqual([1])
  cores.push(...(await openIdle(table, 1)))
  expect(closing(cores)).toEqual([0, 1])
  expect(clock.now()).toBe(0)
  expect(table.stats()).toMatchObject({ lingering: 2, closedEarly: 2 })
})

test('up to the maximum cores linger as long as ever', async () => {
  const { table, clock } = openTable({ maxOpenCores: 2 })
  const cores = await openIdle(table, 2)
  clock.advance(LINGER - 1)
  await laterTurn()
  expect(closing(cores)).toEqual([])
  clock.advance(1)
  expect(closing(cores)).toEqual([0, 1])
  expect(table.stats().closedEarly).toBe(0)
})

test('neither a session, nor a hold, nor a peer loses its core, and nothing is refused', async () => {
  const { table } = openTable({ maxOpenCores: 1 })
  const far = openTable()
  const who = [newCore(), newCore(), newCore()]
  const cores = who.map((each) => table.openCore(each))
  const session = table.scope().session(cores[0]!)
  const [release, held] = [table.hold(cores[1]!), table.hold(cores[2]!)]
  await Promise.all([session.ready(), ...cores.map((core) => core.ready())])
  const copy = far.table.openCore({ key: who[2]!.key })
  const reader = far.table.scope().session(copy)
  await reader.ready()
  const disconnect = connect(cores[2]!, copy)
  const writer = table.scope().session(cores[2]!)
  await writer.append(Buffer.from('x'))
  await reader.get(0)
  await writer.close()
  held()

  const idle = await openIdle(table, 2)
  expect(closing(cores)).toEqual([])
  expect(closing(idle)).toEqual([0, 1]) // there is no room for any
  expect(cores[2]!.replicator.peers.length).toBe(1)

  release()
  await laterTurn()
  expect(closing(cores)).toEqual([1]) // the first that becomes idle goes at once
  await disconnect()
})

test('whoever waits for a core to open gets it open, however many open at once', async () => {
  const directory = temporaryDirectory()
  const filled = openTable({ directory })
  const stored = await openIdle(filled.table, 20)
  const keys = stored.map((core) => core.discoveryKey)
  await filled.table.close()
  await filled.storage.close()

  const { table } = openTable({ directory, maxOpenCores: 0 })
  const releases = await Promise.all(
    keys.map(async (key) => {
      const core = await table.open(key)
      return table.hold(core!) // throws if it is closing
    })
  )
  expect(closing([...table])).toEqual([])
  expect(table.size).toBe(20)
  for (const release of releases) release()
  await laterTurn()
  expect([...table]).toEqual([])
})

test('a core that was closed early opens again, with what it had', async () => {
  const { table } = openTable({ maxOpenCores: 1 })
  const who = newCore()
  const scope = table.scope()
  const first = scope.session(table.openCore(who))
  await first.append(Buffer.from('x'))
  const { core } = first
  await first.close()
  await openIdle(table, 1)
  expect(core!.closing).not.toBe(null)

  const again = scope.session(table.openCore(who))
  expect(String(await again.get(0))).toBe('x')
  expect(again.core).not.toBe(core)
})

test('a core in use past the table is not closed, and goes once it is idle', async () => {
  const { table } = openTable({ maxOpenCores: 1 })
  const core = table.openCore(newCore())
  await core.ready()
  const session = new Hypercore(null, null, { core })
  await session.ready()
  const idle = await openIdle(table, 2)
  expect(core.closing).toBe(null)
  expect(closing(idle)).toEqual([0, 1])
  expect(table.stats()).toEqual({ cores: expect.any(Number), lingering: 0, closedEarly: 2 })
  await session.close()
  await laterTurn()
  expect(core.closing).toBe(null) // there is room for one
})

test('cores that are closing, and adopted ones, do not count', async () => {
  const { table } = openTable({ maxOpenCores: 2 })
  const plain = new Hypercore(temporaryDirectory())
  await table.adopt(plain)
  const cores = await openIdle(table, 3)
  expect(closing(cores)).toEqual([0])
  expect(plain.core!.closing).toBe(null)
  await table.close()
  await plain.close()
})

test('2,000 cores opened in turn, sessions closed at once, are never more than the maximum and one turn’s', async () => {
  const { table } = openTable({ maxOpenCores: 16 })
  const scope = table.scope()
  const who = Array.from({ length: 100 }, () => newCore())
  let most = 0
  for (let i = 0; i < 2000; i++) {
    const session = scope.session(table.openCore(who[i % who.length]!))
    await session.ready()
    await session.close()
    most = Math.max(most, [...table].length)
  }
  await laterTurn()
  expect(most).toBeLessThanOrEqual(16 + 2)
  expect([...table].length).toBe(16)
})
