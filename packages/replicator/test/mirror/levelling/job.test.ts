import type { InnerCore } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { Catalog } from '../../../src/mirror/cores/catalog.js'
import { Job } from '../../../src/mirror/levelling/job.js'
import type { LevellerParts } from '../../../src/mirror/levelling/job.js'
import { Turns } from '../../../src/mirror/levelling/turns.js'
import { ManualClock } from '../../kit/manual-clock.js'
import { StoredCores } from '../../kit/stored-cores.js'

interface Scene {
  readonly job: Job
  /** Resolves once the core is offered to the peer. */
  readonly offered: Promise<void>
  /** The slots that the peer is given up for. */
  readonly givenUp: number[]
  readonly failures: unknown[]
}

/** A job about a real core with a peer that has more of it, to which it is offered as `offer` does. */
async function setUp(offer: () => Promise<void>): Promise<Scene> {
  const source = new StoredCores()
  onTestFinished(() => source.close())
  const core = (await source.get({ blocks: ['first'] })).core as InnerCore
  const catalog = new Catalog()
  const turns = new Turns(catalog, 4)
  const [givenUp, failures]: [number[], unknown[]] = [[], []]
  let begun = (): void => {}
  const offered = new Promise<void>((resolve) => (begun = resolve))
  const mux = {}
  const link = {
    narrowing: {},
    isMirroring: true,
    claims: () => new Map([[mux, null]]),
    record: { gate: { offer: () => (begun(), offer()) }, mux, muxes: new Set([mux]), noise: {} },
    lacks: () => true,
    giveUp: (slot: number) => void givenUp.push(slot),
    brought: () => {}
  } as never
  const { key, discoveryKey } = core
  const copy = { key: key!, discoveryKey: discoveryKey!, fork: 0, length: 1, held: 0, blocks: null }
  turns.add(catalog.take({ ...copy, writable: true, names: [] }), link)
  const parts = {
    catalog,
    lookUps: { open: () => Promise.resolve({ core, release: () => {} }) },
    clock: new ManualClock(),
    wanted: () => {},
    failed: (err: unknown) => void failures.push(err)
  } as unknown as LevellerParts
  return { job: new Job(turns.take()!, turns, parts), offered, givenUp, failures }
}

test('an offer that is answered after the job is over gives up nothing: its slot may be that of another core', async () => {
  let answer = (): void => {}
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const { job, offered, givenUp } = await setUp(() => answered)
  const run = job.run()
  await offered
  job.stop() // as when another peer has brought it
  await run
  answer()
  await answered
  await new Promise(setImmediate)
  expect(givenUp).toEqual([])
})

test('an offer that rejects is told of as an error of the core', async () => {
  const unhandled: unknown[] = []
  const note = (err: unknown): void => void unhandled.push(err)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  const err = new Error('describe failed')
  const { job, offered, failures } = await setUp(() => Promise.reject(err))
  const run = job.run()
  await offered
  job.stop()
  await run
  await new Promise(setImmediate)
  expect([failures, unhandled]).toEqual([[err], []])
})
