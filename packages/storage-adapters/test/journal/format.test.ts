import fs from 'node:fs'
import b4a from 'b4a'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import type { Engine } from '@manycore/kv'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { RocksEngine, journalOf, openStorage } from '../../src/index.js'
import { temporary } from '../temporary.js'
import { names } from './changes.js'
import { decoded } from './decoded.js'
import type { Decoded } from './decoded.js'

test('a journal has the bytes that docs/storage-format.md says, after each kind of change', async () => {
  const engine = new MemoryEngine()
  const storage = openStorage(engine) as CorestoreStorage & { deleteCore(pointers: object): Promise<void> }
  const [a, b, c] = [new Hypercore(storage), new Hypercore(storage), new Hypercore(storage)]
  await a.append('0')
  await b.append('0')
  const [nameA, nameB, nameC] = names(await ready(a), await ready(b), await ready(c)) as [
    string,
    string,
    string
  ]
  const at = [a, b, c].map((core) => pointersOf(core).dataPointer) as [number, number, number]
  expect(await stored(engine)).toEqual({ head: null, places: {}, changes: {}, derived: [] })

  const journal = journalOf(storage)!
  await journal.open()
  const head = { epoch: b4a.toString(journal.epoch!, 'hex'), opening: '' }
  const place = (counter: number, discoveryKey: string) => ({ counter, discoveryKey })
  const places = { [at[0]]: place(0, nameA), [at[1]]: place(0, nameB), [at[2]]: place(0, nameC) }
  expect(await stored(engine)).toEqual({ head, places, changes: {}, derived: [] })

  await a.append('1')
  await a.append('2') // adds nothing
  await b.append('1')
  places[at[0]] = place(1, nameA)
  places[at[1]] = place(2, nameB)
  expect(await stored(engine)).toEqual({ head, places, changes: { 1: nameA, 2: nameB }, derived: [] })

  await journal.checkpoint()
  await a.truncate(1)
  await journal.engine.batch([
    { type: 'put', key: b4a.concat([journal.prefix, b4a.from('mine')]), value: b4a.alloc(0) }
  ])
  places[at[0]] = place(3, nameA)
  expect(await stored(engine)).toEqual({ head, places, changes: { 2: nameB, 3: nameA }, derived: ['mine'] })

  await storage.deleteCore(pointersOf(b))
  delete places[at[1]]
  expect(await stored(engine)).toEqual({ head, places, changes: { 3: nameA, 4: nameB }, derived: ['mine'] })
  await storage.close()
})

test('on RocksDB the head names the manifest that the last opening began', async () => {
  const directory = temporary()
  let storage = openStorage(directory)
  await new Hypercore(storage).append('0')
  await journalOf(storage)!.open()
  await storage.close()
  storage = openStorage(directory)
  await storage.ready()
  const current = fs.readFileSync(`${directory}/db/CURRENT`, 'utf8').trim()
  const epoch = b4a.toString(journalOf(storage)!.epoch!, 'hex')
  await storage.close()
  const reader = new RocksEngine(`${directory}/db`, { readOnly: true })
  await reader.open()
  expect((await stored(reader)).head).toEqual({ epoch, opening: current })
  await reader.close()
})

async function ready(core: Hypercore): Promise<Hypercore> {
  await core.ready()
  return core
}

async function stored(engine: Engine): Promise<Decoded> {
  const rows = engine.iterator({})
  const entries = await rows.next(10_000)
  await rows.close()
  return decoded(entries)
}

function pointersOf(core: Hypercore): { dataPointer: number } {
  return (core as unknown as { core: { storage: { core: { dataPointer: number } } } }).core.storage.core
}
