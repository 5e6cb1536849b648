import { createRequire } from 'node:module'
import type { Hypercore, ProtocolStream } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { openStore } from '../kit/open-store.js'
import { KEPT } from '../kit/storages.js'

interface Node {
  value: { add?: string; say?: string }
}

interface Autobase {
  readonly key: Uint8Array
  readonly local: { readonly key: Uint8Array }
  readonly writable: boolean
  readonly view: Hypercore<{ say: string }>
  append(value: object): Promise<void>
  update(): Promise<void>
  replicate(isInitiator: boolean): ProtocolStream
  on(event: 'update' | 'writable', listener: () => void): void
  off(event: 'update' | 'writable', listener: () => void): void
  ready(): Promise<void>
  close(): Promise<void>
}

const Autobase = createRequire(import.meta.url)('autobase') as new (
  store: Corestore,
  bootstrap: Uint8Array | null,
  handlers: object
) => Autobase

const HANDLERS = {
  valueEncoding: 'json',
  open: (store: Corestore) => store.get({ name: 'view', valueEncoding: 'json' }),
  apply: async (
    nodes: Node[],
    view: Hypercore<unknown>,
    host: { addWriter(key: Uint8Array, opts: object): Promise<void> }
  ) => {
    for (const { value } of nodes) {
      if (value.add !== undefined) await host.addWriter(Buffer.from(value.add, 'hex'), { indexer: true })
      else await view.append(value)
    }
  }
}

/** Waits for an event of a base until `condition` holds. */
async function until(base: Autobase, event: 'update' | 'writable', condition: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (!condition()) return
      base.off(event, check)
      resolve()
    }
    base.on(event, check)
    check()
  })
}

async function said(base: Autobase): Promise<string[]> {
  const lines = []
  for (let i = 0; i < base.view.length; i++) lines.push((await base.view.get(i)).say)
  return lines
}

test.each(KEPT)(
  'two writers of an Autobase, on RocksDB and on $kind, agree, also reopened',
  async ({ place }) => {
    const places = [KEPT[0]!.place(), place()]
    const stores = places.map((next) => new Corestore(next())) as [Corestore, Corestore]
    const one = new Autobase(stores[0], null, HANDLERS)
    await one.ready()
    const two = new Autobase(stores[1], one.key, HANDLERS)
    await two.ready()
    const disconnect = await connectOverTcp(one, two)

    await one.append({ say: 'one 0' })
    await one.append({ add: Buffer.from(two.local.key).toString('hex') })
    await until(two, 'writable', () => two.writable)
    await two.append({ say: 'two 0' })
    await until(one, 'update', () => one.view.length === 2)
    await one.append({ say: 'one 1' })
    await until(two, 'update', () => two.view.length === 3)

    const lines = await said(one)
    expect(lines).toEqual(['one 0', 'two 0', 'one 1'])
    expect(await said(two)).toEqual(lines)

    await disconnect()
    for (const base of [one, two]) await base.close()
    for (const store of stores) await store.close()

    for (const next of places) {
      const reopened = new Autobase(openStore({}, next()), one.key, HANDLERS)
      onTestFinished(async () => await reopened.close())
      await reopened.ready()
      expect(await said(reopened)).toEqual(lines)
      expect(reopened.writable).toBe(true)
    }
  }
)
