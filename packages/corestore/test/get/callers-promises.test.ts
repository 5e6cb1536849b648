import type { Hypercore } from '@manycore/hypercore-types'
import type { ReplicationPolicy } from '@manycore/replicator'
import { MemoryEngine } from '@manycore/kv'
import { expect, onTestFinished, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import type { GetOptions } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

/** A promise of the caller's that never settles, and one that does so late. */
const never = (): Promise<never> => new Promise(() => {})

/** Every promise of the caller's that a session of a store waits for. */
const PRELOADS: Record<string, (wait: () => Promise<GetOptions>) => (store: Corestore) => Hypercore> = {
  'a preload': (wait) => (store) => store.get({ preload: wait() }),
  'a preload beside a name': (wait) => (store) => store.get({ name: 'a', preload: wait() }),
  'a preload function': (wait) => (store) => store.get({ preload: wait }),
  'a preload of a namespace': (wait) => (store) => store.namespace('n').get({ preload: wait() }),
  'a preload, by a session of it': (wait) => (store) => store.get({ preload: wait() }).session(),
  'a preload, by a snapshot of a session of it': (wait) => (store) =>
    store.get({ preload: wait() }).session().snapshot(),
  'the source of a session of the scope': (wait) => (store) => store.sessions.session(wait() as never)
}

test.each(Object.entries(PRELOADS))(
  '%s that never settles: session.close() does not wait',
  async (_, get) => {
    const store = openStore()
    await store.ready()
    const session = get(never)(store)
    const [ready, append] = [session.ready(), session.append('x')].map((call) => call.catch((err) => err))
    await session.close()
    expect(session.closed).toBe(true)
    expect([await ready, await append]).toEqual([
      expect.objectContaining({ code: 'SESSION_CLOSED' }),
      expect.objectContaining({ code: 'SESSION_CLOSED' })
    ])
    await session.close()
    expect(store.sessions.list()).toEqual([])
  }
)

test.each(Object.entries(PRELOADS))(
  '%s that never settles: store.close() does not wait, and unlocks',
  async (_, get) => {
    const directory = temporaryDirectory()
    const store = new Corestore(directory)
    const session = get(never)(store)
    const other = store.get({ name: 'other' })
    await other.ready()
    const ready = session.ready().catch((err) => err)
    await store.close()
    expect(await ready).toMatchObject({ code: 'SESSION_CLOSED' })
    expect([session.closed, other.closed]).toEqual([true, true])
    await openStore({}, directory).ready()
  }
)

test('a storage that has not answered yet: store.close() waits for it, and closes it', async () => {
  const events: string[] = []
  let ask!: () => void
  const asked = new Promise<void>((resolve) => (ask = resolve))
  let answer!: () => void
  const answered = new Promise<void>((resolve) => (answer = resolve))
  class SlowEngine extends MemoryEngine {
    override async open(): Promise<void> {
      ask()
      await answered
      await super.open()
      events.push('opened')
    }
    override async close(): Promise<void> {
      await super.close()
      events.push('closed')
    }
  }
  const store = new Corestore(new SlowEngine())
  const closing = store.close().then(() => events.push('store closed'))
  await asked
  await new Promise(setImmediate)
  events.push('answered')
  answer()
  await closing
  expect(events).toEqual(['answered', 'opened', 'closed', 'store closed'])
})

/** A session from which another one was made goes on, and opens, when that one is closed. */
const ITSELF = Object.entries(PRELOADS).filter(([name]) => !name.includes('session of it'))

test.each(ITSELF)('%s that settles after the close changes nothing, and is not unhandled', async (_, get) => {
  for (const settle of ['resolve', 'reject'] as const) {
    const directory = temporaryDirectory()
    const store = new Corestore(directory)
    await store.ready()
    let settled = (): void => {}
    const late = new Promise<GetOptions>((resolve, reject) => {
      settled = settle === 'resolve' ? () => resolve({ name: 'late' }) : () => reject(new Error('late'))
    })
    const session = get(() => late)(store)
    session.ready().catch(() => {}) // it is closed
    await session.close()
    settled()
    await new Promise(setImmediate)
    expect(store.cores.size).toBe(0)
    await store.close()
  }
})

/** Every promise of the caller's that replication waits for. */
const POLICIES: Record<string, ReplicationPolicy> = {
  announce: { announce: () => never() },
  access: { access: () => never() },
  download: { access: () => true, download: () => never() },
  priority: { access: () => true, priority: () => never() as never }
}

test.each(Object.entries(POLICIES))(
  '%s of a policy that never answers: store.close() does not wait',
  async (_, policy) => {
    const directory = temporaryDirectory()
    const [store, other] = [new Corestore(directory, { policy }), openStore()]
    const core = store.get({ name: 'a' })
    await core.append('x')
    const [near, far] = [store.replicate(true), other.replicate(false)]
    onTestFinished(() => void near.destroy())
    for (const stream of [near, far]) stream.on('error', () => {})
    near.pipe(far as never)
    far.pipe(near as never)
    const wanted = other.get(core.key!)
    wanted.get(0).catch(() => {}) // never served
    await near.noiseStream.opened
    await store.close()
    await openStore({}, directory).ready()
  }
)

test('what log of suspend() returns is not waited for', async () => {
  const directory = temporaryDirectory()
  const store = new Corestore(directory)
  const core = store.get({ name: 'a', valueEncoding: 'utf-8' })
  await core.append('before')
  const lines: string[] = []
  await store.suspend({
    log: (line) => {
      lines.push(line)
      return never()
    }
  })
  expect(lines.length).toBeGreaterThan(0)
  const held = core.get(0)
  await store.close()
  expect(await held).toBe('before')
  await openStore({}, directory).ready()
})
