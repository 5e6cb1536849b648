import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Corestore } from '../../../src/index.js'
import { connectOverTcp } from '../../kit/connect-over-tcp.js'
import { append } from '../../kit/mirrors.js'
import { openStore } from '../../kit/open-store.js'
import { Stock6, Stock7, type Store } from '../../kit/store.js'
import { temporaryDirectory } from '../../kit/temporary-directory.js'

const STOCK = {
  'Corestore 7': () => new Stock7(temporaryDirectory()),
  'Corestore 6': () => new Stock6(temporaryDirectory()),
  'Corestore 6 with manifests': () => new Stock6(temporaryDirectory(), { compat: false, manifestVersion: 1 })
}

const PEERS = Object.keys(STOCK).flatMap((name) => [true, false].map((begins) => ({ name, begins })))

const blocks = ['one', 'two'].map((text) => b4a.from(text))

/** A store of npm, whose stream begins or not. */
function stockPeer({ name, begins }: (typeof PEERS)[number]): {
  stock: Store
  connect(to: Corestore): Promise<void>
} {
  const stock = STOCK[name as keyof typeof STOCK]()
  onTestFinished(() => stock.close())
  const connect = async (to: Corestore): Promise<void> => {
    const ends = [stock, to as unknown as Store] as const
    onTestFinished(await connectOverTcp(...(begins ? ends : ([ends[1], ends[0]] as const))))
  }
  return { stock, connect }
}

/** A store, and what it reports and should not. */
function mirror(isOn = true): { store: Corestore; errors: string[] } {
  const store = openStore({ mirror: isOn, lingerMs: 0 }, new MemoryEngine())
  const errors: string[] = []
  store.replicator.on('core-error', ({ message }) => void errors.push(message))
  store.replicator.on('limited', ({ message }) => void errors.push(message))
  return { store, errors }
}

describe.each(PEERS)('$name (initiator: $begins)', (peer) => {
  test('a stored core that it offers is downloaded whole, as it grows', async () => {
    const { stock, connect } = stockPeer(peer)
    const core = stock.get({ name: 'a' })
    await core.append(blocks)
    const { store, errors } = mirror()
    const copy = store.get({ key: core.key!, active: false })
    await copy.ready()
    await copy.close() // stored, and nobody has a session of it
    const attached = new Promise((resolve) => store.replicator.once('attach', resolve))
    await connect(store)
    await attached
    const look = store.get({ key: core.key!, active: false }) // it wants nothing, and is told of what comes
    await look.ready()
    await core.append(b4a.from('three'))
    while (look.contiguousLength < 3) await new Promise((resolve) => look.once('download', resolve))
    expect(await look.has(0, 3)).toBe(true)
    await store.synced()
    expect(errors).toEqual([])
  })

  test('a core that is stored here, and not open, is served to it, and so is one that it has to us', async () => {
    const { stock, connect } = stockPeer(peer)
    const { store, errors } = mirror()
    for (const text of ['one', 'two']) await append(store, 'ours', text)
    const named = store.get({ name: 'ours', active: false })
    await named.ready()
    const key = named.key!
    await named.close()
    await connect(store)
    await store.synced()
    const copy = stock.get({ key })
    expect([await copy.get(0), await copy.get(1)]).toEqual(blocks)
    const writer = store.get({ name: 'ours', active: false })
    await writer.append(b4a.from('three'))
    expect(await copy.get(2)).toEqual(b4a.from('three'))
    const theirs = stock.get({ name: 'theirs' })
    await theirs.append(blocks)
    const wanted = store.get({ key: theirs.key! })
    expect([await wanted.get(0), await wanted.get(1)]).toEqual(blocks)
    expect(errors).toEqual([])
  })
})

test('a store that does not mirror takes nothing of what a stock peer offers', async () => {
  const { stock, connect } = stockPeer(PEERS[0]!)
  const core = stock.get({ name: 'a' })
  await core.append(blocks)
  const { store } = mirror(false)
  const copy = store.get({ key: core.key!, active: false })
  await copy.ready()
  await copy.close()
  const attached = new Promise((resolve) => store.replicator.once('attach', resolve))
  await connect(store)
  await attached
  const look = store.get({ key: core.key!, active: false })
  await look.ready()
  await core.update({ wait: false })
  expect(look.contiguousLength).toBe(0)
})
