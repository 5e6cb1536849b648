import b4a from 'b4a'
import { expect, test, vi } from 'vitest'
import { Corestore } from '../../../../src/index.js'
import { CoreStates } from '../../../../src/stored/core-states.js'
import { checkKept } from '../../../kit/kept-index.js'
import { level, meet } from '../../../kit/known-peers.js'
import { append, blocks } from '../../../kit/mirrors.js'
import { Stock7 } from '../../../kit/store.js'
import { temporaryDirectory } from '../../../kit/temporary-directory.js'

const KEY = { primaryKey: b4a.alloc(32, 1), unsafe: true } as const
const CORES = 20

const scans = vi.spyOn(CoreStates.prototype, 'scan')

test("what npm's Corestore has written between two meetings is found by one scan, and the ends are level", async () => {
  const directories = [temporaryDirectory(), temporaryDirectory()] as const
  const open = (i: 0 | 1): Corestore => new Corestore(directories[i], { ...KEY, lingerMs: 0, mirror: true })
  const meeting = async (
    during: (stores: readonly [Corestore, Corestore]) => Promise<void>
  ): Promise<void> => {
    const stores = [open(0), open(1)] as const
    await during(stores)
    await (meet(stores), level(stores))
    await Promise.all(stores.map((store) => store.close()))
  }
  await meeting(async (stores) => {
    for (const store of stores) for (let i = 0; i < CORES; i++) await append(store, `core ${i}`, 'first')
    for (const store of stores) await store.get({ name: 'new' }).ready()
  })

  const stock = new Stock7(directories[0], KEY)
  await stock.get({ name: 'core 1' }).append(b4a.from('by stock'))
  await stock.get({ name: 'new' }).append([b4a.from('made'), b4a.from('by stock')])
  await stock.close()

  scans.mockClear()
  await meeting(async (stores) => append(stores[1], 'core 2', 'there'))
  expect(scans).toHaveBeenCalledTimes(1)
  for (const directory of directories) expect(await checkKept(directory)).toBe(1)
  for (const i of [0, 1] as const) {
    const store = open(i)
    expect(await blocks(store, 'core 1')).toEqual(['first', 'by stock'])
    expect(await blocks(store, 'core 2')).toEqual(['first', 'there'])
    expect(await blocks(store, 'new')).toEqual(['made', 'by stock'])
    await store.close()
  }

  scans.mockClear()
  await meeting(async () => {})
  expect(scans).not.toHaveBeenCalled()
})
