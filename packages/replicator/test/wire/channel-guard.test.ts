import { readFileSync } from 'node:fs'
import Protomux from 'protomux'
import { expect, onTestFinished, test } from 'vitest'
import { Replicator } from '../../src/index.js'
import { INTERCEPTORS } from '../../src/wire/channel-guard.js'
import type { Host } from '../../src/wire/interceptors/interceptor.js'
import { StoredCores } from '../kit/stored-cores.js'
import { inMemory } from '../kit/wires.js'

const CALLS = ['createChannel', '_onopensession', '_onclosesession', '_decode'] as const

type Calls = Record<(typeof CALLS)[number], unknown>

/** A stream's mux, and what makes replicators that leave the stream open. */
async function scene(): Promise<{ calls: () => unknown[]; mux: Calls; replicator: () => Replicator }> {
  const [stream, theirs] = await inMemory()
  const source = new StoredCores()
  const mux = Protomux.from(stream)
  onTestFinished(async () => {
    stream.destroy()
    theirs.destroy()
    await source.close()
  })
  const calls = (): unknown[] => CALLS.map((name) => (mux as unknown as Calls)[name])
  const replicator = (): Replicator => {
    const made = new Replicator(source)
    made.replicate(stream)
    return made
  }
  return { calls, mux: mux as unknown as Calls, replicator }
}

test('the calls of a mux are replaced once, and given back when the last replicator leaves', async () => {
  const { calls, replicator } = await scene()
  const before = calls()
  const first = replicator()
  const during = calls()
  expect(during.filter((call) => before.includes(call))).toEqual([])
  const second = replicator()
  expect(calls()).toEqual(during)
  await first.close()
  expect(calls()).toEqual(during)
  await second.close()
  expect(calls()).toEqual(before)

  await replicator().close()
  expect(calls()).toEqual(before)
})

test('what somebody else has put over ours meanwhile is left in place', async () => {
  const { calls, mux, replicator } = await scene()
  const before = calls()
  const ours = replicator()
  const theirs = (): null => null
  mux.createChannel = theirs
  await ours.close()
  expect(calls()).toEqual([theirs, ...before.slice(1)])
})

test('the interceptors are those of adr 15, in its order', () => {
  const adr = readFileSync(
    new URL('../../../../docs/adr/0015-one-guard-on-the-wire.md', import.meta.url),
    'utf8'
  )
  const rows = [...adr.matchAll(/^\| ([a-z][a-z ]*?) +\| /gm)].map(([, name]) => name)
  const names = INTERCEPTORS.map((interceptor) => interceptor({} as Host).name)
  expect(['interceptor', ...names]).toEqual(rows)
})
