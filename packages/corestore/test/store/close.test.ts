import b4a from 'b4a'
import { expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

/** The lock is free: the same directory opens again. */
async function opensAgain(directory: string): Promise<void> {
  await openStore({}, directory).ready()
}

test('close() while opening waits, closes and unlocks', async () => {
  const directory = temporaryDirectory()
  const store = new Corestore(directory)
  const core = store.get({ name: 'a' })
  await store.close()
  expect(store.closed).toBe(true)
  await expect(core.ready()).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
  await opensAgain(directory)
})

test('close() twice is one close', async () => {
  const store = new Corestore(temporaryDirectory())
  await store.ready()
  expect(store.close()).toBe(store.close())
  await store.close()
  await store.close()
})

test('close() with sessions, snapshots, streams and iterators open', async () => {
  const directory = temporaryDirectory()
  const [store, other] = [new Corestore(directory), openStore()]
  const core = store.get({ name: 'a' })
  await core.append(Array.from({ length: 100 }, (_, i) => b4a.from(`block ${i}`)))
  const snapshot = core.snapshot()
  await snapshot.ready()
  const batch = core.session({ name: 'draft' })
  await batch.append(b4a.from('draft'))
  const [near, far] = [store.replicate(true), other.replicate(false)]
  near.on('error', () => {})
  far.on('error', () => {})
  near.pipe(far as never)
  far.pipe(near as never)
  const copy = other.get(core.key!)
  expect(b4a.toString(await copy.get(99))).toBe('block 99')

  const readStream = core.createReadStream({ live: true })
  readStream.on('error', () => {})
  await readStream[Symbol.asyncIterator]().next()
  const iterator = store.list()[Symbol.asyncIterator]()
  await iterator.next()
  const abandoned = store.list()
  abandoned.read()

  await store.close()
  expect([core.closed, snapshot.closed, batch.closed]).toEqual([true, true, true])
  expect(near.destroyed).toBe(false)
  near.destroy()
  readStream.destroy()
  await opensAgain(directory)
})

test('one session whose close rejects does not keep the rest open or the store locked', async () => {
  const directory = temporaryDirectory()
  const store = new Corestore(directory)
  const [bad, good] = [store.get({ name: 'bad' }), store.namespace('x').get({ name: 'good' })]
  await Promise.all([bad.ready(), good.ready()])
  const err = new Error('this session does not want to close')
  const { close } = bad
  bad.close = async () => {
    await close.call(bad)
    throw err
  }
  await expect(store.close()).rejects.toBe(err)
  expect(good.closed).toBe(true)
  await opensAgain(directory)
})

test('several failures of one close come as one AggregateError', async () => {
  const directory = temporaryDirectory()
  const store = new Corestore(directory)
  const cores = ['a', 'b'].map((name) => store.get({ name }))
  await Promise.all(cores.map((core) => core.ready()))
  for (const core of cores) {
    const { close } = core
    core.close = async () => {
      await close.call(core)
      throw new Error('no')
    }
  }
  const failed = await store.close().catch((err: unknown) => err)
  expect(failed).toBeInstanceOf(AggregateError)
  expect((failed as AggregateError).errors).toHaveLength(2)
  await opensAgain(directory)
})

test('streams survive the store, its own as well as external ones, and serve another store', async () => {
  const [store, other] = [new Corestore(temporaryDirectory()), openStore()]
  const external = other.replicate(true)
  external.on('error', () => {})
  store.replicate(external)
  const [own, remote] = [store.replicate(false), other.replicate(true)]
  for (const stream of [own, remote]) stream.on('error', () => {})
  own.pipe(remote as never)
  remote.pipe(own as never)
  const core = store.get({ name: 'a', valueEncoding: 'utf-8' })
  await core.append('of the first')
  const copy = other.get({ key: core.key!, valueEncoding: 'utf-8' })
  expect(await copy.get(0)).toBe('of the first')
  expect(store.streamTracker.records.map((record) => record.isExternal)).toEqual([true, false])

  await store.close()
  expect(store.streamTracker.records).toEqual([])
  expect([external, own, remote].map((stream) => stream.destroyed)).toEqual([false, false, false])

  const heir = openStore()
  heir.replicate(own)
  const kept = heir.get({ name: 'b', valueEncoding: 'utf-8' })
  await kept.append('of the second')
  expect(await other.get({ key: kept.key!, valueEncoding: 'utf-8' }).get(0)).toBe('of the second')
  const closed = [own, remote].map(
    (stream) => new Promise((resolve) => stream.once('close', () => resolve(null)))
  )
  own.destroy()
  await Promise.all(closed)
})
