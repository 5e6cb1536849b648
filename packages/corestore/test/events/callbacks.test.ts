import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { expect, test } from 'vitest'
import { collectUncaught, turn } from '../../../ground/test/uncaught.js'
import { Corestore } from '../../src/index.js'
import type { CorestoreEvents } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

function throwing(message: string): () => never {
  return () => {
    throw new Error(message)
  }
}

const messages = (errors: unknown[]): string[] => errors.map((err) => (err as Error).message)

test('a watcher that throws silences no other, in this store or another, and get() succeeds', async () => {
  const uncaught = collectUncaught()
  const store = openStore()
  const session = store.session()
  const seen: string[] = []
  store.watch(throwing('of a watcher'))
  store.watch(() => seen.push('store'))
  session.watch(throwing('of a session’s watcher'))
  session.watch(() => seen.push('session'))
  const named = store.get({ name: 'a' })
  const keyed = store.get({ keyPair: crypto.keyPair() })
  await Promise.all([named.append('x'), keyed.append('y')])
  await turn()
  expect(seen.toSorted()).toEqual(['session', 'session', 'store', 'store'])
  expect(messages(uncaught.exceptions).toSorted()).toEqual([
    'of a session’s watcher',
    'of a session’s watcher',
    'of a watcher',
    'of a watcher'
  ])
  expect(uncaught.rejections).toEqual([])
  await store.close()
  expect(store.cores.size).toBe(0)
})

test('a listener that throws spoils neither the store, nor other listeners, nor ready(), nor close()', async () => {
  const uncaught = collectUncaught()
  const store = openStore({ lingerMs: 0 })
  const session = store.session()
  const events: (keyof CorestoreEvents)[] = ['ready', 'close', 'group-active', 'core-open', 'core-close']
  const seen: string[] = []
  for (const each of [store, session]) {
    for (const event of events) {
      each.on(event, throwing(event))
      each.on(event, () => seen.push(event))
    }
  }
  await Promise.all([store.ready(), session.ready()])
  const core = session.get({ name: 'a', group: crypto.randomBytes(32) })
  const gone = new Promise((resolve) => session.on('core-close', resolve))
  await core.append('x')
  await core.close()
  await gone
  await store.close()
  await turn()

  expect([store.opened, store.closed, session.closed]).toEqual([true, true, true])
  expect(seen.filter((event) => event === 'core-close')).toHaveLength(2) // of the store and of its session
  expect(new Set(seen)).toEqual(new Set(events))
  expect(messages(uncaught.exceptions).toSorted()).toEqual(seen.toSorted())
  expect(uncaught.rejections).toEqual([])
})

test('close() resolves although listeners of core-close throw while it closes the cores', async () => {
  const uncaught = collectUncaught()
  const directory = temporaryDirectory()
  const store = new Corestore(directory)
  store.on('core-close', throwing('core-close'))
  await store.get({ name: 'a' }).append('x')
  await store.get({ name: 'b' }).append('x')
  await store.close()
  await turn()
  expect(messages(uncaught.exceptions)).toEqual(['core-close', 'core-close'])
  const again = new Corestore(directory)
  await again.ready() // the lock is free
  await again.close()
})

test('a listener of conflict that throws keeps no session from being closed', async () => {
  const uncaught = collectUncaught()
  const keyPair = crypto.keyPair()
  const [a, b] = [openStore(), openStore()]
  const [mine, yours] = [a.get({ keyPair }), b.get({ keyPair })]
  await mine.append(b4a.from('one history'))
  await yours.append([b4a.from('another'), b4a.from('history')])
  a.on('conflict', throwing('conflict'))
  const heard = new Promise((resolve) => a.on('conflict', resolve))
  const closed = new Promise<void>((resolve) => mine.once('close', resolve))
  const [near, far] = [a.replicate(true), b.replicate(false)]
  near.on('error', () => {})
  far.on('error', () => {})
  near.pipe(far as never)
  far.pipe(near as never)
  await heard
  await closed
  await turn()
  expect(messages(uncaught.exceptions)).toEqual(['conflict'])
  expect(uncaught.rejections).toEqual([])
})

test('a listener of a group’s handle that throws silences no other handle', async () => {
  const uncaught = collectUncaught()
  const store = openStore()
  const topic = crypto.randomBytes(32)
  const [bad, good] = [store.notifyGroup(topic), store.notifyGroup(topic)]
  bad.on('update', throwing('update'))
  const updated = new Promise((resolve) => good.on('update', resolve))
  const core = store.get({ name: 'a', group: topic })
  await core.append('x')
  await updated
  await turn()
  expect(core.length).toBe(1)
  expect(messages(uncaught.exceptions)).toEqual(['update'])
  expect(uncaught.rejections).toEqual([])
})

test.each([
  ['throws', throwing('log')],
  ['rejects', async () => throwing('log')()]
])('suspend() goes on to its end although its log %s, on RocksDB', async (_how, log) => {
  const uncaught = collectUncaught()
  const directory = temporaryDirectory()
  const store = new Corestore(directory)
  await store.get({ name: 'a' }).append('x')
  const said: unknown[] = []
  await store.suspend({
    log: (message) => {
      said.push(message)
      return log()
    }
  })
  await turn()
  expect(said.length).toBeGreaterThan(0)
  expect(messages(uncaught.exceptions)).toEqual(said.map(() => 'log'))
  expect(uncaught.rejections).toEqual([])
  await store.resume()
  expect(await store.get({ name: 'a' }).get(0)).toEqual(b4a.from('x'))
  await store.close()
})
