import type { PolicyCore } from '@manycore/replicator'
import { expect, test } from 'vitest'
import { openStore } from '../kit/open-store.js'
import { StoppedClock, connect, pending, stored, timers, until } from './asking.js'

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
