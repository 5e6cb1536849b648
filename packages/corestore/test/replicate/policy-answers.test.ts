import { MemoryEngine } from '@manycore/kv'
import type { Hypercore, ProtocolStream } from '@manycore/hypercore-types'
import type { Clock, PolicyCore, ReplicationPolicy } from '@manycore/replicator'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openStore } from '../kit/open-store.js'

type Store = ReturnType<typeof openStore>

/** Timers as the system's, but one that the test fires by hand. */
class StoppedClock implements Clock {
  readonly #timers = new Map<object, () => void>()
  /** deadlines that were set and have not been fired or cleared */
  get started(): number {
    return this.#timers.size
  }
  now(): number {
    return 0
  }
  setTimeout(fn: () => void, ms: number): unknown {
    if (ms < 1000) return setTimeout(fn, ms)
    const handle = {}
    this.#timers.set(handle, fn)
    return handle
  }
  clearTimeout(handle: unknown): void {
    if (!this.#timers.delete(handle as object)) clearTimeout(handle as NodeJS.Timeout)
  }
  /** Fires the timers of a second and more, which are those of the deadlines. */
  fire(): void {
    const due = [...this.#timers]
    this.#timers.clear() // what they set in turn is not due
    for (const [, fn] of due) fn()
  }
}

test('a stored core that a peer asks for is held until the policy has answered, however short the linger', async () => {
  const asked = pending<(allow: boolean) => void>()
  const access = (): Promise<boolean> => new Promise((resolve) => asked.resolve(resolve))
  const a = openStore({ lingerMs: 0, policy: { announce: () => false, access } })
  const b = openStore()
  const key = await stored(a, 'log')
  connect(a.replicate(true), b.replicate(false))
  const block = b.get(key).get(0)
  const answer = await asked.promise
  await timers()
  expect(a.cores.size).toBe(1)
  answer(true)
  expect(String(await block)).toBe('log')
})

test('an answer that comes after its time has denied the core, said so, and still serves it', async () => {
  const answers: ((allow: boolean) => void)[] = []
  const clock = new StoppedClock()
  const a = openStore({
    lingerMs: 0,
    clock,
    policy: { announce: () => false, access: () => new Promise((resolve) => answers.push(resolve)) }
  })
  const b = openStore()
  const key = await stored(a, 'log')
  const told: unknown[] = []
  a.replicator.on('core-error', (err) => told.push((err as { code?: string }).code))
  a.replicator.on('denied', (_core, _stream, question) => told.push(question))
  connect(a.replicate(true), b.replicate(false))
  const copy = b.get(key)
  await until(() => answers.length === 1)
  clock.fire()
  await until(() => told.length === 2)
  expect(told.toSorted()).toEqual(['POLICY_TIMEOUT', 'access'])
  await until(() => a.cores.size === 0)
  answers[0]!(true)
  expect(String(await copy.get(0))).toBe('log')
  expect(answers).toHaveLength(1)
})

test('a policy that never answers about one core holds up no other that was asked for with it', async () => {
  let slow: Uint8Array | null = null
  const access = ({ key }: PolicyCore): boolean | Promise<boolean> =>
    Buffer.from(key!).equals(slow!) ? new Promise(() => {}) : true
  const a = openStore({ policy: { announce: () => false, access } })
  const b = openStore()
  const keys = await Promise.all(['slow', 'one', 'two'].map((name) => stored(a, name)))
  slow = keys[0]!
  const copies = keys.map((key) => b.get(key))
  await Promise.all(copies.map((copy) => copy.ready())) // so that they are asked for in one packet
  connect(a.replicate(true), b.replicate(false))
  expect(await Promise.all(copies.slice(1).map(async (copy) => String(await copy.get(0))))).toEqual([
    'one',
    'two'
  ])
})

test('policyChanged() and close() settle although a policy never answers', async () => {
  const asked = pending()
  let answers = true
  const access = (): boolean | Promise<boolean> => {
    if (answers) return true
    asked.resolve()
    return new Promise(() => {})
  }
  const a = openStore({ clock: new StoppedClock(), policy: { access } })
  const b = openStore()
  const log = a.get({ name: 'log' })
  await log.append('log')
  connect(a.replicate(true), b.replicate(false))
  await b.get(log.key!).get(0)
  answers = false
  const changed = a.policyChanged()
  await asked.promise
  await a.close()
  await changed
})

test('policyChanged() settles at the deadline, and what was not answered is closed', async () => {
  const clock = new StoppedClock()
  const asked = pending()
  let answers = true
  const access = (): boolean | Promise<boolean> => (answers ? true : (asked.resolve(), new Promise(() => {})))
  const a = openStore({ clock, policy: { access } })
  const b = openStore()
  const log = a.get({ name: 'log' })
  await log.append('log')
  connect(a.replicate(true), b.replicate(false))
  await b.get(log.key!).get(0)
  answers = false
  const changed = a.policyChanged()
  await asked.promise
  await turns()
  clock.fire()
  await changed
  expect(log.peers).toEqual([])
})

test('a denial of what is open counts at once, however often the policies change meanwhile', async () => {
  const [a, log, answers] = await reviewed()
  const changed = a.policyChanged()
  await until(() => answers.length === 1)
  const others = [a.policyChanged()]
  await turns()
  others.push(a.policyChanged())
  await turns()
  expect(answers).toHaveLength(1) // what is under way is answered first
  const closed = new Promise<void>((resolve) => a.replicator.once('detach', () => resolve()))
  answers[0]!(false)
  await closed
  expect(log.peers).toEqual([])
  await Promise.all([changed, ...others])
  await until(() => answers.length === 2) // since the later changes may allow it
  answers[1]!(true)
  await until(() => log.peers.length === 1)
})

test('an allowance from before a change is asked for once more, within the time of the first question', async () => {
  const [a, log, answers, clock] = await reviewed()
  const before = clock.started
  const changed = a.policyChanged()
  await until(() => answers.length === 1)
  const again = a.policyChanged()
  await turns()
  expect(clock.started).toBe(before + 1) // since it was first asked
  answers[0]!(true)
  await until(() => answers.length === 2)
  expect([log.peers.length, clock.started]).toEqual([1, before + 1])
  clock.fire()
  await Promise.all([changed, again])
  expect(log.peers).toEqual([])
})

test('changes that come while an answer is awaited do not starve an honest policy', async () => {
  const answers: ((allow: boolean) => void)[] = []
  const access = (): Promise<boolean> => new Promise((resolve) => answers.push(resolve))
  const a = openStore({ clock: new StoppedClock(), policy: { announce: () => false, access } })
  const b = openStore()
  const errors: unknown[] = []
  a.replicator.on('core-error', (err) => errors.push(err))
  const key = await stored(a, 'log')
  connect(a.replicate(true), b.replicate(false))
  const block = b.get(key).get(0)
  await until(() => answers.length === 1)
  for (let i = 0; i < 100; i++) {
    void a.policyChanged()
    await turns(2)
  }
  expect(answers).toHaveLength(1)
  answers[0]!(true)
  await until(() => answers.length === 2)
  answers[1]!(true)
  expect(String(await block)).toBe('log')
  expect(errors).toEqual([])
})

test('a change without setImmediate, as in a browser, waits for no timer, which browsers clamp to 4 ms', async () => {
  const [a, log, answers] = await reviewed()
  vi.stubGlobal('setImmediate', undefined)
  onTestFinished(() => void vi.unstubAllGlobals())
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const changed = a.policyChanged()
  expect(timers.mock.calls.filter(([, ms]) => ms === 0)).toEqual([])
  timers.mockRestore()
  vi.unstubAllGlobals()
  await until(() => answers.length === 1)
  answers[0]!(false)
  await changed
  expect(log.peers).toEqual([])
})

test('changes of one turn are one', async () => {
  let asked = 0
  const a = openStore({ policy: { announce: () => false, access: () => !!++asked } })
  const b = openStore()
  const key = await stored(a, 'log')
  connect(a.replicate(true), b.replicate(false))
  await b.get(key).get(0)
  expect(asked).toBe(1)
  await Promise.all(Array.from({ length: 100 }, () => a.policyChanged()))
  expect(asked).toBe(2)
})

test.each<[string, (store: () => Store) => ReplicationPolicy['access']]>([
  ['at once', (store) => () => (void store().policyChanged(), true)],
  ['and waits for it', (store) => async () => (await store().policyChanged(), true)]
])(
  'a policy that changes the policies while it is asked, %s, is not asked without end',
  async (_, access) => {
    let [asked, store] = [0, null as Store | null]
    const policy = { access: access(() => store!) }
    const counting = { announce: () => !!++asked, access: () => !!++asked }
    store = openStore({ policy: [counting, policy] })
    const b = openStore()
    const keys: Uint8Array[] = []
    for (const name of ['one', 'two', 'three']) {
      const core = store.get({ name })
      await core.append(name)
      keys.push(core.key!)
    }
    connect(store.replicate(true), b.replicate(false))
    for (const key of keys) expect(await b.get(key).get(0)).toBeTruthy()
    await store.policyChanged()
    await turns()
    const before = asked
    await turns()
    expect(asked).toBe(before)
  }
)

test('a policy that changes the policies after a while, each time, is denied and an event', async () => {
  let [asked, store] = [0, null as Store | null]
  const access = async (): Promise<boolean> => {
    asked++
    await turns(1)
    void store!.policyChanged()
    return true
  }
  store = openStore({ policy: { announce: () => false, access } })
  const b = openStore()
  const key = await stored(store, 'log')
  const looping = new Promise((resolve) => store!.replicator.once('core-error', resolve))
  connect(store.replicate(true), b.replicate(false))
  await b.get(key).ready()
  expect(await looping).toMatchObject({ code: 'POLICY_LOOP' })
  await turns()
  const before = asked
  await turns()
  expect(asked).toBe(before)
})

test('policyChanged() opens every core that a peer was denied: 1,500 of 1,500', async () => {
  let allowed = false
  const a = openStore({ policy: { announce: () => false, access: () => allowed } }, new MemoryEngine())
  const b = openStore({}, new MemoryEngine())
  const keys = await Promise.all(
    Array.from({ length: 1500 }, async (_, i) => {
      const core = a.get({ name: `core ${i}`, active: false })
      await core.append('x')
      await core.close()
      return core.key!
    })
  )
  let denied = 0
  const all = new Promise<void>((resolve) => a.replicator.on('denied', () => ++denied === 1500 && resolve()))
  connect(a.replicate(true), b.replicate(false))
  const copies = keys.map((key) => b.get(key))
  await Promise.all(copies.map((copy) => copy.ready()))
  await all
  allowed = true
  let attached = 0
  a.replicator.on('attach', () => void attached++)
  await a.policyChanged()
  expect(attached).toBe(1500)
  for (const copy of copies) expect(String(await copy.get(0))).toBe('x')
})

test('a stored core that was revoked is opened again when the policy allows it', async () => {
  let allowed = true
  const a = openStore({ lingerMs: 0, policy: { announce: () => false, access: () => allowed } })
  const b = openStore()
  const key = await stored(a, 'log', ['1', '2'])
  connect(a.replicate(true), b.replicate(false))
  const copy = b.get(key)
  expect(String(await copy.get(0))).toBe('1')
  allowed = false
  await a.policyChanged()
  await until(() => a.cores.size === 0)
  allowed = true
  await a.policyChanged()
  expect(String(await copy.get(1))).toBe('2')
})

/** A core that is open for a peer, and whose policy answers by hand from now on. */
async function reviewed(): Promise<[Store, Hypercore, ((allow: boolean) => void)[], StoppedClock]> {
  const answers: ((allow: boolean) => void)[] = []
  let byHand = false
  const access = (): boolean | Promise<boolean> =>
    byHand ? new Promise((resolve) => answers.push(resolve)) : true
  const clock = new StoppedClock()
  const a = openStore({ clock, policy: { access } })
  const b = openStore()
  const log = a.get({ name: 'log' })
  await log.append('log')
  connect(a.replicate(true), b.replicate(false))
  await b.get(log.key!).get(0)
  byHand = true
  return [a, log, answers, clock]
}

/** A core that is on disk and not loaded. @returns its key */
async function stored(store: Store, name: string, blocks: string[] = [name]): Promise<Uint8Array> {
  const core: Hypercore = store.get({ name })
  await core.append(blocks.map((block) => Buffer.from(block)))
  const { key, discoveryKey } = core
  await core.close()
  await store.cores.get(discoveryKey!)?.close()
  return key!
}

function connect(one: ProtocolStream, other: ProtocolStream): void {
  one.pipe(other).pipe(one)
  for (const stream of [one, other]) stream.on('error', () => {})
  onTestFinished(() => void one.destroy())
}

function pending<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => (resolve = done))
  return { promise, resolve }
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await turns(1)
}

async function turns(count = 50): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** What has been due for a while has happened: timers of 0 ms, and what follows from them. */
async function timers(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve, 1))
}
