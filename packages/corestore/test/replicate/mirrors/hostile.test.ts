import b4a from 'b4a'
import { expect, test } from 'vitest'
import type { Corestore } from '../../../src/index.js'
import { type Attacker, attack } from '../../kit/mirror-attacker.js'
import { append, blocks, connectAll, filled } from '../../kit/mirrors.js'

function limits(store: Corestore): string[] {
  const codes: string[] = []
  store.replicator.on('limited', ({ code }) => void codes.push(code))
  return codes
}

test.for([
  ['a frame that is none', (attacker: Attacker) => attacker.frame(b4a.alloc(100, 0xff))],
  ['an empty frame', (attacker: Attacker) => attacker.frame(b4a.alloc(0))],
  ['a frame of a megabyte', (attacker: Attacker) => attacker.frame(b4a.alloc(1 << 20, 1))],
  ['news of an odd length', (attacker: Attacker) => attacker.news(b4a.alloc(52))],
  ['empty news', (attacker: Attacker) => attacker.news(b4a.alloc(0))]
] as const)('%s ends it for the mirror, and the stream goes on', async ([, send]) => {
  const store = await filled(3, { mirror: true })
  const codes = limits(store)
  const attacker = await attack(store)
  send(attacker)
  await attacker.closed
  expect(codes).toEqual(['BAD_MIRROR'])
  expect(attacker.stream.destroyed).toBe(false)
  const isLevel = store.synced()
  const lastError = expect.objectContaining({ code: 'BAD_MIRROR' })
  expect(store.syncView()).toMatchObject({ isLevel: false, streams: [{ isMirroring: true, lastError }] })
  attacker.stream.destroy() // nobody knows what it has
  await isLevel
})

test.each([0, 2])(
  'a peer of version %i is told nothing, and served as one that does not mirror',
  async (version) => {
    const store = await filled(3, { mirror: true })
    await append(store, 'core 1', 'second')
    const codes = limits(store)
    const attacker = await attack(store, version)
    await attacker.closed
    expect(codes).toEqual([])
    expect(attacker.heard).toEqual([])
    const other = await filled(3)
    other.replicate(attacker.stream as never)
    await store.synced()
    expect(b4a.toString((await other.get({ name: 'core 1' }).get(1))!)).toBe('second')
  }
)

/** News of cores that are not here, as many as are taken. */
async function flood(attacker: Attacker, isOver: () => boolean): Promise<void> {
  const news = b4a.alloc(51 * 250)
  for (let i = 0; i < 1500 && !isOver(); i++) {
    news[i % news.length]!++
    attacker.news(b4a.from(news))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('news of unknown cores whose answers are not read end it for the mirror', async () => {
  const store = await filled(3, { mirror: true })
  const codes = limits(store)
  const attacker = await attack(store)
  let isClosed = false
  void attacker.closed.then(() => (isClosed = true))
  await flood(attacker, () => isClosed) // it has not compared, and until then nobody is answered
  await attacker.closed
  expect(codes.filter((code) => code !== 'SLOWED')).toEqual(['BAD_MIRROR'])
  expect(attacker.stream.destroyed).toBe(false)
})

test('news of cores whose keys it does not know change nothing, and are charged until the stream is closed', async () => {
  const [store, friend] = [await filled(3, { mirror: true }), await filled(3, { mirror: true })]
  const opens: unknown[] = []
  store.on('core-open', (core) => void opens.push(core))
  const attacker = await attack(store)
  const ended = new Promise<unknown>((resolve) => {
    store.replicator.once('stream-close', (_stream, reason) => resolve(reason))
  })
  while (attacker.heard.length === 0) await new Promise((resolve) => setImmediate(resolve))
  // The store is the one that begins: an answer that has nothing, and asks for nothing, is the end of it.
  attacker.frame(b4a.from([1, 0]))
  await flood(attacker, () => attacker.stream.destroyed)
  expect(await ended).toMatchObject({ code: 'TOO_MUCH_WORK' })
  expect(opens).toEqual([])
  await append(friend, 'core 1', 'second')
  await connectAll([friend, store], 'memory')
  await Promise.all([store.synced(), friend.synced()])
  expect(await blocks(store, 'core 1')).toEqual(['first', 'second'])
})

/** Long enough for everything that has come to be worked on. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A frame that lists nothing up to 0x80, and has a wrong fingerprint from there on: of 100 cores it is answered with 1.5 KB. */
const LISTS_NOTHING = b4a.from([1, 0, 129, 0x80, 0, 64, ...b4a.alloc(16, 7)])

test('a peer that reads nothing is answered no more than its stream takes', async () => {
  const store = await filled(100, { mirror: true })
  const attacker = await attack(store)
  while (attacker.heard.length === 0) await turns(1)
  attacker.pause()
  const before = attacker.written()
  for (let i = 0; i < 900; i++) attacker.frame(LISTS_NOTHING)
  await turns(2000)
  expect(attacker.written() - before).toBeGreaterThan(100)
  expect(attacker.written() - before).toBeLessThan(500_000) // of 1.3 MB
})

test('what comes before there is an index is not read, beyond some hundred kilobytes', async () => {
  const store = await filled(3, { mirror: true, policy: { access: () => new Promise<boolean>(() => {}) } })
  const codes = limits(store)
  const attacker = await attack(store)
  for (let i = 0; i < 1000; i++) attacker.frame(b4a.alloc(16_000))
  await turns(2000)
  expect(attacker.read()).toBeGreaterThan(100_000)
  expect(attacker.read()).toBeLessThan(1_000_000) // of 16 MB
  expect(codes).not.toContain('BAD_MIRROR')
})

test('an index is made no further once its stream has closed', async () => {
  const store = await filled(1500, { mirror: true })
  const storage = store.storage as unknown as {
    getInfos(keys: unknown[], ...rest: unknown[]): Promise<unknown>
  }
  const getInfos = storage.getInfos.bind(storage)
  let reads = 0
  const begun = new Promise<void>((resolve) => {
    storage.getInfos = (...args) => (reads++, resolve(), getInfos(...args))
  })
  const attacker = await attack(store)
  await begun
  const closed = new Promise((resolve) => store.replicator.once('stream-close', resolve))
  attacker.stream.destroy()
  await closed
  const before = reads
  await turns(500)
  expect(reads - before).toBeLessThan(2) // of six
})
