import { createRequire } from 'node:module'
import b4a from 'b4a'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { openStore } from '../kit/open-store.js'
import { KEPT } from '../kit/storages.js'

interface Hyperdrive {
  readonly key: Uint8Array
  readonly version: number
  put(path: string, bytes: Uint8Array): Promise<void>
  get(path: string): Promise<Uint8Array | null>
  del(path: string): Promise<void>
  list(folder: string): AsyncIterable<{ key: string }>
  mirror(to: Hyperdrive): { done(): Promise<void>; count: { files: number } }
  update(opts: { wait: boolean }): Promise<boolean>
  close(): Promise<void>
}

const Hyperdrive = createRequire(import.meta.url)('hyperdrive') as new (
  store: Corestore,
  key?: Uint8Array | null
) => Hyperdrive

/** Large enough to be several blocks of the drive's blob core. */
const LARGE = b4a.from(Uint8Array.from({ length: 300_000 }, (_, i) => i * 31 + (i >> 8)))

async function fill(drive: Hyperdrive): Promise<void> {
  await drive.put('/docs/a.txt', b4a.from('alpha'))
  await drive.put('/docs/b.bin', LARGE)
  await drive.put('/gone.txt', b4a.from('gone'))
  await drive.del('/gone.txt')
}

async function checkDrive(drive: Hyperdrive): Promise<void> {
  expect(b4a.equals((await drive.get('/docs/b.bin'))!, LARGE)).toBe(true)
  expect(await drive.get('/docs/a.txt')).toEqual(b4a.from('alpha'))
  expect(await drive.get('/gone.txt')).toBe(null)
  const paths = []
  for await (const { key } of drive.list('/')) paths.push(key)
  expect(paths).toEqual(['/docs/a.txt', '/docs/b.bin'])
}

describe.each(KEPT)('a Hyperdrive in a store on $kind', ({ place }) => {
  test('is the same after the store was reopened', async () => {
    const next = place()
    const store = new Corestore(next())
    const drive = new Hyperdrive(store)
    await fill(drive)
    await checkDrive(drive)
    const { key, version } = drive
    await drive.close() // closes the store as well
    await store.close()
    const reopened = new Hyperdrive(openStore({}, next()))
    await checkDrive(reopened)
    expect(reopened.key).toEqual(key)
    expect(reopened.version).toBe(version)
  })

  test('is read by its key through a store on RocksDB, and mirrored there', async () => {
    const near = openStore({}, place()())
    const far = openStore()
    const drive = new Hyperdrive(near)
    await fill(drive)
    onTestFinished(await connectOverTcp(near, far))
    await checkCopy(new Hyperdrive(far, drive.key), new Hyperdrive(far.namespace('mine')))
  })

  test('is a copy of one on RocksDB, and mirrored here', async () => {
    const near = openStore()
    const far = openStore({}, place()())
    const drive = new Hyperdrive(near)
    await fill(drive)
    onTestFinished(await connectOverTcp(near, far))
    await checkCopy(new Hyperdrive(far, drive.key), new Hyperdrive(far.namespace('mine')))
  })
})

async function checkCopy(copy: Hyperdrive, mine: Hyperdrive): Promise<void> {
  await copy.update({ wait: true })
  await checkDrive(copy)
  const mirror = copy.mirror(mine)
  await mirror.done()
  expect(mirror.count.files).toBe(2)
  await checkDrive(mine)
}
