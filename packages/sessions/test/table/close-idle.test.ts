import type { InnerCore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { newCore } from '../kit/new-core.js'
import { LINGER, openTable } from '../kit/open-table.js'

test('an idle core closes before its linger is over, and says both', async () => {
  const { table, clock } = openTable()
  const said: string[] = []
  table.on('core-idle', () => void said.push('idle'))
  const closed = new Promise<InnerCore>((resolve) => table.on('core-close', resolve))
  const core = table.openCore(newCore())
  await core.ready()
  expect(said).toEqual(['idle'])
  expect(table.closeIdle(core)).toBe(true)
  expect(table.closeIdle(core)).toBe(false)
  expect(await closed).toBe(core)
  expect(table.closeIdle(core)).toBe(false)
  expect(clock.now()).toBe(0)
  expect(table.stats()).toEqual({ cores: 0, lingering: 0, closedEarly: 1 })
})

test('a core that is opening, held, or has a session does not close', async () => {
  const { table, clock } = openTable()
  const idle: InnerCore[] = []
  table.on('core-idle', (core) => void idle.push(core))
  const cores = [newCore(), newCore()].map((each) => table.openCore(each)) as [InnerCore, InnerCore]
  expect(table.closeIdle(cores[0])).toBe(false)
  const release = table.hold(cores[0])
  const session = table.scope().session(cores[1])
  await Promise.all([cores[0].ready(), session.ready()])
  expect(cores.map((core) => table.closeIdle(core))).toEqual([false, false])
  expect(idle).toEqual([])
  release()
  await session.close()
  expect(idle).toEqual(cores)
  clock.advance(LINGER - 1)
  expect(cores.map((core) => table.closeIdle(core))).toEqual([true, true])
})

test('a core of another table does not close', async () => {
  const [one, other] = [openTable(), openTable()]
  const core = one.table.openCore(newCore())
  await core.ready()
  expect(other.table.closeIdle(core)).toBe(false)
})
