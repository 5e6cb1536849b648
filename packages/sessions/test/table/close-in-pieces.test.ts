import { expect, test } from 'vitest'
import { CLOSES_AT_ONCE } from '../../src/defaults.js'
import { newCore } from '../kit/new-core.js'
import { openTable } from '../kit/open-table.js'

const MANY = 2 * CLOSES_AT_ONCE + 10

/** Counts how many of these are closing at a time. */
function countCloses(all: readonly { close(): Promise<void> }[]): { now: number; most: number; all: number } {
  const closes = { now: 0, most: 0, all: 0 }
  for (const one of all) {
    const close = one.close.bind(one)
    one.close = async () => {
      closes.all++
      closes.most = Math.max(closes.most, ++closes.now)
      try {
        await close()
        await new Promise((resolve) => setImmediate(resolve))
      } finally {
        closes.now--
      }
    }
  }
  return closes
}

test('a table closes its cores so many at a time', async () => {
  const { table } = openTable()
  const cores = Array.from({ length: MANY }, () => table.openCore(newCore()))
  await Promise.all(cores.map((core) => core.ready()))
  const closes = countCloses(cores as never)
  await table.close()
  expect(closes).toEqual({ now: 0, most: CLOSES_AT_ONCE, all: MANY })
  expect(cores.every((core) => core.closed)).toBe(true)
})

test('a scope closes its sessions so many at a time', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  const sessions = Array.from({ length: MANY }, () => scope.session(core))
  await Promise.all(sessions.map((session) => session.ready()))
  const closes = countCloses(sessions)
  await scope.close()
  expect(closes).toEqual({ now: 0, most: CLOSES_AT_ONCE, all: MANY })
  expect(sessions.every((session) => session.closed)).toBe(true)
})

test('sessions that wait for one lock do not keep a scope from closing, in whatever order they came', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const core = table.openCore(newCore())
  await core.ready()
  let give = (): void => {}
  const promise = new Promise<{ core: typeof core }>((resolve) => (give = () => resolve({ core })))
  const late = Array.from({ length: MANY }, () => scope.session(promise, { exclusive: true }, null))
  const holder = scope.session(core, { exclusive: true })
  await holder.ready()
  const next = scope.session(core, { exclusive: true }) // made last, and has the lock before those made first
  await new Promise((resolve) => setImmediate(resolve))
  give()
  await scope.close()
  expect([...late, holder, next].every((session) => session.closed)).toBe(true)
})

test('a core that never opens keeps no open one from closing', async () => {
  const { table } = openTable()
  let letGo = (): void => {}
  const preopen = new Promise<void>((resolve) => (letGo = resolve))
  const stuck = Array.from({ length: MANY }, () => table.openCore({ ...newCore(), preopen }))
  const core = table.openCore(newCore())
  await core.ready()
  const closed = table.close()
  await core.closing
  while (!core.closed) await new Promise((resolve) => setImmediate(resolve))
  expect(stuck.some((each) => each.opened)).toBe(false)
  letGo()
  await closed
})
