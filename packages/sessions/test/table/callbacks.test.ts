import { expect, test } from 'vitest'
import { collectUncaught, turn } from '../../../ground/test/uncaught.js'
import { SessionScope, SessionTable } from '../../src/index.js'
import type { SessionTableEvents } from '../../src/index.js'
import { newCore } from '../kit/new-core.js'
import { next } from '../kit/next.js'
import { LINGER, openTable } from '../kit/open-table.js'

function throwing(message: string): () => never {
  return () => {
    throw new Error(message)
  }
}

test('a watcher that throws silences no other, and the core opens', async () => {
  const uncaught = collectUncaught()
  const { table } = openTable()
  const seen: string[] = []
  table.watch(throwing('of a watcher'))
  table.watch(() => seen.push('watch'))
  table.on('core-error', () => seen.push('core-error'))
  const session = table.scope().session(table.openCore(newCore()))
  await session.append(Buffer.from('x'))
  expect(session.length).toBe(1)
  expect(seen).toEqual(['watch'])
  expect(uncaught).toMatchObject({ exceptions: [{ message: 'of a watcher' }], rejections: [] })
})

test('a listener that throws spoils neither the core, nor other listeners, nor close()', async () => {
  const uncaught = collectUncaught()
  const { table, clock } = openTable()
  const events = ['core-open', 'downloading', 'group-active', 'core-close'] as const
  const seen = new Set<string>()
  for (const event of events) table.on(event, throwing(event))
  for (const event of events) table.on(event, () => seen.add(event))

  const core = table.openCore({ ...newCore(), group: Buffer.alloc(32, 3) })
  const session = table.scope().session(core)
  const active = next(table, 'group-active')
  await session.append(Buffer.from('x'))
  await active
  await session.close()
  clock.advance(LINGER)
  await next(table, 'core-close')
  await turn()

  expect(seen).toEqual(new Set(events))
  expect(new Set(uncaught.exceptions.map((err) => (err as Error).message))).toEqual(new Set(events))
  expect(uncaught.rejections).toEqual([])
  expect(table.size).toBe(0)
  await table.close()
})

test.each<keyof SessionTableEvents>(['core-error', 'conflict'])(
  'a listener of %s that throws is no error of whoever tells',
  async (event) => {
    const uncaught = collectUncaught()
    const { table } = openTable()
    const seen: string[] = []
    table.on(event, throwing(event))
    table.on(event, () => seen.push(event))
    expect(() => table.emit(event, ...([] as never))).not.toThrow()
    await turn()
    expect(seen).toEqual([event])
    expect(uncaught.exceptions).toMatchObject([{ message: event }])
  }
)

test('close() of a scope resolves although its callback throws', async () => {
  const uncaught = collectUncaught()
  const { storage } = openTable()
  const scope = new SessionScope(new SessionTable(storage), throwing('onclose'))
  await scope.close()
  await turn()
  expect(uncaught).toMatchObject({ exceptions: [{ message: 'onclose' }], rejections: [] })
})
