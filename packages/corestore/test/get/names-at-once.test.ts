import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import { expect, test } from 'vitest'
import { NamesAtOnce } from '../../src/get/names-at-once.js'
import type { CoreSync, Corestore } from '../../src/index.js'
import { connectAll, filled } from '../kit/mirrors.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

type Named = [name: string | null, namespace: Uint8Array | null]

function namesIn(store: Corestore): Named[] {
  const { entries } = store.syncView().streams[0]!
  return entries.map(({ name, namespace }: CoreSync): Named => [name, namespace]).toSorted()
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

test('a core that was opened by its name has it in the first view, and only where it has one', async () => {
  const [a, b] = [openStore({}, new MemoryEngine()), openStore({}, new MemoryEngine())]
  const inner = a.namespace('inner')
  const cores = [a.get({ name: 'one' }), inner.get({ name: 'two' })]
  for (const core of cores) await core.append('x')
  for (const core of cores) await b.get({ key: core.key! }).ready()
  await connectAll([a, b], 'memory')
  await Promise.all([a.synced(), b.synced()])
  const names = [
    ['one', a.ns],
    ['two', inner.ns]
  ]
  expect(namesIn(a)).toEqual(names)
  for (let i = 0; i < 20; i++) await turn()
  expect(namesIn(b)).toEqual([
    [null, null],
    [null, null]
  ])
})

test('a stored name of a core that was opened by its key is in a later view, and told as "sync"', async () => {
  const directory = temporaryDirectory()
  const first = openStore({}, directory)
  const core = first.get({ name: 'log' })
  await core.append('x')
  const key = core.key!
  await first.close()
  const [a, b] = [openStore({}, directory), openStore({}, new MemoryEngine())]
  for (const store of [a, b]) await store.get({ key }).ready()
  const told = new Promise<void>((resolve) => {
    a.on('sync', ({ streams }) => {
      if (streams[0]?.entries[0]?.name === 'log') resolve()
    })
  })
  await connectAll([a, b], 'memory')
  await a.synced()
  await told
  expect(namesIn(a)).toEqual([['log', b4a.alloc(32)]])
})

test('a core that gets a name after a view has it in the next one', async () => {
  const [a, b] = [openStore({}, new MemoryEngine()), openStore({}, new MemoryEngine())]
  const keyPair = await a.createKeyPair('log')
  const core = a.get({ keyPair })
  await core.append('x')
  await b.get({ key: core.key! }).ready()
  await connectAll([a, b], 'memory')
  await a.synced()
  for (let i = 0; i < 20; i++) {
    expect(namesIn(a)).toEqual([[null, null]])
    await turn()
  }
  await a.get({ name: 'log' }).ready()
  expect(namesIn(a)).toEqual([['log', a.ns]])
})

test('of 600 stored cores, 256 are looked up at a time, each once, and none is opened', async () => {
  const store = await filled(600)
  const keys: Uint8Array[] = []
  for await (const discoveryKey of store.list()) keys.push(discoveryKey)
  const names = new NamesAtOnce(store.storage)
  const known = (found: () => void): number => names.of(keys, found).filter((name) => name !== null).length
  const counts: number[] = []
  while (counts.at(-1) !== 600) {
    await new Promise<void>((found) => {
      counts.push(known(found))
      if (counts.at(-1) === 600) found()
    })
  }
  expect(counts).toEqual([0, 256, 512, 600])
  expect(new Set(names.of(keys, () => {}).map((name) => name!.name)).size).toBe(600)
  expect(store.cores.map.size).toBe(0)
})

test('what cannot be read has no name, and nobody is told', async () => {
  const store = await filled(1)
  const names = new NamesAtOnce(store.storage)
  const keys: Uint8Array[] = []
  for await (const discoveryKey of store.list()) keys.push(discoveryKey)
  await store.close()
  let found = 0
  expect(names.of(keys, () => found++)).toEqual([null])
  for (let i = 0; i < 20; i++) await turn()
  expect([names.of(keys, () => found++), found]).toEqual([[null], 0])
})
