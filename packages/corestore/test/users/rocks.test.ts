import { createRequire } from 'node:module'
import RocksDB from 'rocksdb-native'
import { expect, onTestFinished, test } from 'vitest'
import type { RocksDatabase } from '@manycore/storage-adapters'
import { Corestore } from '../../src/index.js'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

/** With what only its owner needs. */
interface Rocks extends RocksDatabase {
  readonly closed: boolean
  session(opts?: { columnFamily: string }): Rocks
  put(key: string, value: string): Promise<void>
  get(key: string): Promise<Uint8Array | null>
}

const Rocks = RocksDB as unknown as new (path: string, opts: object) => Rocks
const Stock = createRequire(import.meta.url)('corestore') as unknown as typeof Corestore

/** A mirror that keeps cores of others, and a table of its own beside them in one RocksDB, as blind-peer does. */
class Mirror {
  readonly rocks: Rocks
  readonly table: Rocks
  readonly store: Corestore

  constructor(directory: string, Store: typeof Corestore) {
    this.rocks = new Rocks(directory, { columnFamilies: ['mirror'] })
    this.table = this.rocks.session({ columnFamily: 'mirror' })
    this.store = new Store(this.rocks)
  }

  async mirror(source: Corestore, key: Uint8Array): Promise<void> {
    const disconnect = await connectOverTcp(source, this.store)
    const core = this.store.get({ key })
    await core.update({ wait: true })
    await core.download({ start: 0, end: core.length }).done()
    await this.table.put(Buffer.from(key).toString('hex'), String(core.length))
    await disconnect()
  }

  async close(): Promise<void> {
    await this.store.close()
    await this.rocks.close()
  }
}

test('a mirror with a RocksDB of its own, in turn on ours and on stock, finds its table and the cores again', async () => {
  const source = new Corestore(temporaryDirectory())
  onTestFinished(() => source.close())
  const directory = `${temporaryDirectory()}/mirror`
  const keys: Uint8Array[] = []
  for (const Store of [Corestore, Stock, Corestore]) {
    const core = source.get({ name: `core ${keys.length}` })
    await core.append(['one', 'two', 'three'])
    keys.push(core.key!)
    const mirror = new Mirror(directory, Store)
    await mirror.mirror(source, core.key!)
    for (const key of keys) {
      const copy = mirror.store.get({ key })
      expect(String(await copy.get(2))).toBe('three')
      expect(String(await mirror.table.get(Buffer.from(key).toString('hex')))).toBe('3')
    }
    await mirror.close()
    expect(mirror.rocks.closed).toBe(true)
  }
})
