import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { FaultFiles, FaultPlan, RandomAccessEngine } from '../../src/index.js'
import { contents } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

const STORE = fileURLToPath(new URL('../fixtures/store-1', import.meta.url))

/** The files of a store that the first version wrote. @param logBytes  of its log, all by default */
function oldStore(logBytes?: number): Shelf {
  const files = readdirSync(STORE).map((name): [string, Buffer] => [name, readFileSync(`${STORE}/${name}`)])
  const shelf = new Shelf(new Map(files))
  const log = shelf.files.get('000002.log')!
  shelf.files.set('000002.log', log.subarray(0, logBytes ?? log.length))
  return shelf
}

function put(engine: RandomAccessEngine, key: string): Promise<void> {
  return engine.batch([{ type: 'put', key: Buffer.from(key), value: Buffer.alloc(50, key) }])
}

/** the latest log that has anything in it */
function lastLog(shelf: Shelf): string {
  const logs = [...shelf.files].filter(([name, { length }]) => name.endsWith('.log') && length > 28)
  return logs
    .map(([name]) => name)
    .toSorted()
    .at(-1)!
}

for (const [what, logBytes] of Object.entries({ 'with records': undefined, 'without any': 28 }))
  test(`an old log ${what} is left when a writer opens it: a lost record that was not synced is no damage`, async () => {
    const shelf = oldStore(logBytes)
    const engine = new RandomAccessEngine(shelf.open, { sync: shelf.sync })
    await engine.open()
    const before = await contents(engine)
    await put(engine, 'first')
    const end = shelf.files.get(lastLog(shelf))!.length
    const state = await contents(engine)
    for (const key of ['second', 'third']) await put(engine, key)
    await engine.close()

    shelf.files.get(lastLog(shelf))!.fill(0, end, end + 30) // a sector of the second, never synced
    const after = new RandomAccessEngine(shelf.open, { sync: shelf.sync })
    await after.open()
    expect(await contents(after)).toBe(state)
    expect(state).not.toBe(before)
    await after.close()
  })

test('an old log that cannot be left, because no file can be made, opens and is left by the next open', async () => {
  const shelf = oldStore()
  const plan = new FaultPlan()
  const files = new FaultFiles(shelf.open, plan)
  plan.add({ on: 'write', file: /^000005\.log$/, action: 'fail' })
  const engine = new RandomAccessEngine(files.open, { sync: files.sync })
  await engine.open()
  expect(plan.hits.length).toBe(1)
  await put(engine, 'more')
  const state = await contents(engine)
  expect(lastLog(shelf)).toBe('000002.log')
  await engine.close()
  await engine.open()
  expect(await contents(engine)).toBe(state)
  await put(engine, 'again')
  expect(lastLog(shelf) > '000002.log').toBe(true)
  await engine.close()
})

test('a reader of an old log changes nothing', async () => {
  const shelf = oldStore()
  const engine = new RandomAccessEngine(shelf.open, { readOnly: true })
  await engine.open()
  await engine.close()
  for (const [name, bytes] of oldStore().files) expect(shelf.files.get(name), name).toEqual(bytes)
})
