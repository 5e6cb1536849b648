import Hypercore from 'hypercore'
import { FaultEngine } from '@manycore/kv/faults'
import { MemoryEngine } from '@manycore/kv'
import type { Clock } from '@manycore/replicator'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Corestore, StreamSync } from '../../../src/index.js'
import { CoreStates } from '../../../src/stored/core-states.js'
import { append, blocks, connectAll, filled } from '../../kit/mirrors.js'

/** With policies, the index of a peer is made by a scan at each connection. */
const policy = { access: () => true }

interface Failing {
  readonly store: Corestore
  /** The next read of a scan fails. */
  fail(): void
  /** Resolves once a comparison is to begin anew. @returns what lets it, and after how many ms it would have */
  again(): Promise<{ ms: number; begin(): void }>
}

/** A mirror whose storage can fail. */
async function failing(): Promise<Failing> {
  const engine = new FaultEngine(new MemoryEngine())
  const due: { ms: number; begin(): void }[] = []
  let told = (): void => {}
  const clock: Clock = {
    now: () => Date.now(),
    setTimeout(fn, ms) {
      if (ms < 2000 || ms > 64_000 || Math.log2(ms / 2000) % 1 !== 0) return setTimeout(fn, ms)
      due.push({ ms, begin: fn })
      return told()
    },
    clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout)
  }
  const store = await filled(3, { mirror: true, policy, clock }, engine)
  return {
    store,
    fail: () => engine.plan.add({ on: 'next', action: 'fail' }),
    async again() {
      while (due.length === 0) await new Promise<void>((resolve) => (told = resolve))
      return due.shift()!
    }
  }
}

function streamOf(store: Corestore): StreamSync {
  return store.syncView().streams[0]!
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve))
}

test('a scan that fails is not level at either end, and is tried again', async () => {
  const [{ store: a, fail, again }, b] = [await failing(), await filled(3, { mirror: true })]
  await append(a, 'core 1', 'second')
  const limits: string[] = []
  a.replicator.on('limited', ({ code }) => void limits.push(code))
  fail()
  await connectAll([a, b], 'memory')
  const all = Promise.all([a.synced(), b.synced()])
  const first = await again()
  await until(() => streamOf(b).lastError !== null)
  expect(limits).toEqual(['BAD_MIRROR'])
  for (const [store, message] of [
    [a, /EIO: fail next, as planned/],
    [b, /the other end could not compare/]
  ] as const) {
    expect(streamOf(store)).toMatchObject({ isLevel: false, isOpening: true, isMirroring: true })
    expect(streamOf(store).lastError).toMatchObject({
      code: 'BAD_MIRROR',
      message: expect.stringMatching(message)
    })
  }
  fail()
  first.begin()
  const second = await again()
  expect([first.ms, second.ms]).toEqual([2000, 4000])
  expect([a.syncView().isLevel, await blocks(b, 'core 1')]).toEqual([false, ['first']])
  second.begin()
  await all
  for (const store of [a, b]) {
    expect(streamOf(store)).toMatchObject({ isLevel: true, isOpening: false, lastError: null })
  }
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
})

test('a core whose policies were asked anew, and which could not be read, is not level until that works', async () => {
  const [{ store: a, again }, b] = [await failing(), await filled(3, { mirror: true })]
  await connectAll([a, b], 'memory')
  await Promise.all([a.synced(), b.synced()])
  const { publicKey } = await b.createKeyPair('core 1')
  const key = Hypercore.key({ version: 1, signers: [{ publicKey }] } as never)
  const read = vi.spyOn(CoreStates.prototype, 'read').mockRejectedValueOnce(new Error('once'))
  onTestFinished(() => read.mockRestore())
  await a.policyChanged({ core: key! })
  const { begin } = await again()
  expect(streamOf(a)).toMatchObject({
    isLevel: false,
    lastError: { code: 'BAD_MIRROR', cause: { message: 'once' } }
  })
  begin()
  await append(a, 'core 1', 'second')
  await Promise.all([a.synced(), b.synced()])
  expect(streamOf(a)).toMatchObject({ isLevel: true, lastError: null })
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
})

test('who waits for a peer that cannot compare is told once it has gone', async () => {
  const [{ store: a, fail, again }, b] = [await failing(), await filled(3, { mirror: true })]
  fail()
  const { close } = await connectAll([a, b], 'memory')
  let isLevel = false
  const all = Promise.all([a.synced(), b.synced()]).then(() => (isLevel = true))
  await again()
  await until(() => streamOf(b).lastError !== null)
  expect(isLevel).toBe(false)
  close()
  await all
})

test('a mirror that could not compare and leaves is waited for no more', async () => {
  const [{ store: a, fail, again }, b] = [await failing(), await filled(3, { mirror: true })]
  fail()
  await connectAll([a, b], 'memory')
  await again()
  await until(() => streamOf(b).lastError !== null)
  const level = b.synced()
  await a.close()
  await level
  expect(streamOf(b)).toMatchObject({ isLevel: true, isMirroring: false, lastError: null })
})
