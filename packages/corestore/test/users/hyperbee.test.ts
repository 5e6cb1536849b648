import { createRequire } from 'node:module'
import type { Hypercore } from '@manycore/hypercore-types'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { openStore } from '../kit/open-store.js'
import { KEPT } from '../kit/storages.js'

interface Entry {
  key: string
  value: unknown
}

interface Hyperbee {
  readonly version: number
  put(key: string, value: unknown): Promise<void>
  del(key: string): Promise<void>
  get(key: string): Promise<Entry | null>
  batch(): { put(key: string, value: unknown): Promise<void>; flush(): Promise<void> }
  createReadStream(range?: { gte?: string; lt?: string }): AsyncIterable<Entry>
  checkout(version: number): Hyperbee
  ready(): Promise<void>
}

const Hyperbee = createRequire(import.meta.url)('hyperbee') as new (core: Hypercore, opts: object) => Hyperbee

const ENCODINGS = { keyEncoding: 'utf-8', valueEncoding: 'json' }
const key = (i: number): string => `key ${String(i).padStart(3, '0')}`

async function filled(store: Corestore): Promise<Hypercore> {
  const core = store.namespace('bees').get({ name: 'bee' })
  const bee = new Hyperbee(core, ENCODINGS)
  const batch = bee.batch()
  for (let i = 0; i < 300; i++) await batch.put(key(i), { i })
  await batch.flush()
  await bee.put(key(7), { i: 'seven' })
  await bee.del(key(8))
  return core
}

async function checkBee(bee: Hyperbee): Promise<void> {
  expect(await bee.get(key(299))).toMatchObject({ value: { i: 299 } })
  expect(await bee.get(key(8))).toBe(null)
  const range = []
  for await (const entry of bee.createReadStream({ gte: key(6), lt: key(10) })) range.push(entry.value)
  expect(range).toEqual([{ i: 6 }, { i: 'seven' }, { i: 9 }])
  expect(await bee.checkout(301).get(key(8))).toMatchObject({ value: { i: 8 } })
}

describe.each(KEPT)('a Hyperbee in a store on $kind', ({ place }) => {
  test('is the same after the store was reopened', async () => {
    const next = place()
    const store = new Corestore(next())
    await checkBee(new Hyperbee(await filled(store), ENCODINGS))
    await store.close()
    const reopened = openStore({}, next())
    await checkBee(new Hyperbee(reopened.namespace('bees').get({ name: 'bee' }), ENCODINGS))
  })

  test('is read by its key through a store on RocksDB', async () => {
    const near = openStore({}, place()())
    const far = openStore()
    const core = await filled(near)
    onTestFinished(await connectOverTcp(near, far))
    const copy = far.get({ key: core.key! })
    await copy.get(0)
    await checkBee(new Hyperbee(copy, ENCODINGS))
  })
})
