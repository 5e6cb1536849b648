import Hypercore from 'hypercore'
import { expect, test, vi } from 'vitest'
import type { InnerCore } from '@manycore/hypercore-types'
import { connect } from '../kit/connect.js'
import { newCore } from '../kit/new-core.js'
import { next } from '../kit/next.js'
import { LINGER, openTable } from '../kit/open-table.js'

test('core-open and core-close are emitted once a core', async () => {
  const { table, clock } = openTable()
  const seen: [string, InnerCore][] = []
  table.on('core-open', (core) => seen.push(['open', core]))
  table.on('core-close', (core) => seen.push(['close', core]))
  const core = table.openCore(newCore())
  const session = table.scope().session(core)
  await session.close()
  expect(seen).toEqual([['open', core]])
  clock.advance(LINGER)
  await next(table, 'core-close')
  await table.close()
  expect(seen).toEqual([
    ['open', core],
    ['close', core]
  ])
})

test('downloading is emitted when a session comes to want data', async () => {
  const { table } = openTable()
  const core = table.openCore({ ...newCore(), notDownloadingLinger: 0 })
  const scope = table.scope()
  const passive = scope.session(core, { active: false })
  await passive.ready()
  expect(core.replicator.downloading).toBe(false)
  const downloading = next(table, 'downloading')
  const active = scope.session(core)
  expect(await downloading).toEqual([core])

  await active.close()
  const again = next(table, 'downloading')
  passive.setActive(true)
  expect(await again).toEqual([core])
})

test('group-active is emitted when a core of a group changes, by a session of any scope', async () => {
  const { table } = openTable()
  const group = Buffer.alloc(32, 3)
  const core = table.openCore({ ...newCore(), group })
  const session = table.scope().session(core)
  await session.ready()
  const active = next(table, 'group-active')
  await session.append(Buffer.from('x'))
  expect(await active).toEqual([group, { key: session.key, length: 1, fork: 0 }])
})

test('conflict is emitted, on both sides, for a core that nobody has a session on', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {}) // Hypercore prints it (`Core.checkConflict`)
  const who = newCore()
  const honest = openTable()
  const forked = openTable()
  const sides = await Promise.all(
    [honest, forked].map(async ({ table }, i) => {
      const writer = table.scope().session(table.openCore(who))
      for (let n = 0; n <= i; n++) await writer.append(Buffer.from(`block ${n} of ${i}`))
      await writer.close()
      const core = (await table.open(who.discoveryKey)) as InnerCore
      table.hold(core)
      return core
    })
  )
  const conflicts = Promise.all([next(honest.table, 'conflict'), next(forked.table, 'conflict')])
  const reader = new Hypercore(null, null, { core: sides[0] }) // makes the honest side ask
  await reader.ready()
  const disconnect = connect(sides[0] as InnerCore, sides[1] as InnerCore)

  const [[core, length, fork, proof], [other]] = await conflicts
  expect([core, length, fork]).toEqual([sides[0], 1, 0])
  expect(proof).toMatchObject({ upgrade: { length: 1 } })
  expect(other).toBe(sides[1])
  expect(sides[1]?.allSessions()).toEqual([])
  await reader.ready()
  await disconnect()
  expect(reader.closed).toBe(true)
  log.mockRestore()
})

test('watch() is called for each core that comes in, before it is opened', async () => {
  const { table } = openTable()
  const seen: [InnerCore, boolean][] = []
  const unwatch = table.watch((core) => seen.push([core, core.opened]))
  const who = newCore()
  const core = table.openCore(who)
  table.openCore(who)
  expect(seen).toEqual([[core, false]])

  unwatch()
  unwatch()
  table.openCore(newCore())
  expect(seen.length).toBe(1)
  await core.ready()
})

test('the same function watches once, however often it is passed', () => {
  const { table } = openTable()
  let calls = 0
  const watcher = (): void => void calls++
  table.watch(watcher)
  table.watch(watcher)
  table.openCore(newCore())
  expect(calls).toBe(1)
})

test('a core that left has its slots back as they were', async () => {
  const { table } = openTable()
  const core = table.openCore(newCore())
  await core.ready()
  expect(core.monitors.length).toBe(1)
  const hooked = [core.onidle, core.ongroupupdate]
  await table.close()
  expect(core.monitors.length).toBe(0)
  expect(core.replicator.ondownloading).toBe(null)
  expect(hooked).not.toContain(core.onidle)
  expect(hooked).not.toContain(core.ongroupupdate)
})
