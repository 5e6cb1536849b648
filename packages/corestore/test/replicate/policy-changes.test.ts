import { MemoryEngine } from '@manycore/kv'
import type { ReplicationPolicy } from '@manycore/replicator'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openStore } from '../kit/open-store.js'
import { StoppedClock, type Store, connect, pending, reviewed, stored, turns, until } from './asking.js'

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
