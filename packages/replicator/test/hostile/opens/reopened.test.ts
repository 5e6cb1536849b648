import { setImmediate as tick } from 'node:timers/promises'
import type { Hypercore, InnerCore, Protomux } from '@manycore/hypercore-types'
import MuxOf from 'protomux'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LASTING_MS } from '../../../src/defaults.js'
import { ALLOWANCE, REOPENED } from '../../../src/wire/costs.js'
import { Work } from '../../../src/wire/work.js'
import { side, type Side } from '../../kit/side.js'
import { SteppedClock } from '../../kit/stepped-clock.js'
import { StoredCores } from '../../kit/stored-cores.js'
import { inMemory, type Wire } from '../../kit/wires.js'
import { noteOffences, type Offence } from '../kit/offences.js'
import { carriesOn, joined } from '../kit/stage.js'

test('a remote that opens and closes a core in turns uses up its allowance, and the core is named', async () => {
  const { near, core, ours, offences, again, work } = await scene()
  work().charge(ALLOWANCE - work().debt - 10 * REOPENED, null)
  for (let i = 0; i < 12 && !ours.destroyed; i++) await again()
  expect(ours.destroyed).toBe(true)
  expect(offences.map(({ err }) => [err.code, err.discoveryKey])).toContainEqual([
    'TOO_MUCH_WORK',
    core.discoveryKey
  ])
  await carriesOn(near, await joined(near))
})

test('of what is opened and closed in turns only the first time is credited, and its close is free', async () => {
  const { again, work } = await scene()
  const before = work().debt
  await again()
  expect(work().debt - before).toBeLessThan(REOPENED)
  const first = work().debt
  for (let i = 0; i < 100; i++) await again()
  expect(work().debt - first).toBeGreaterThanOrEqual(100 * REOPENED)
})

test('a core that has been open for a while may be closed and opened again as often as one likes', async () => {
  const { again, work, clock } = await scene()
  await again()
  await again()
  const before = work().spent
  let charged = 0
  for (let i = 0; i < 20; i++) {
    clock.ms += LASTING_MS // by which all that was charged has come back
    const { debt } = work()
    await again()
    charged = Math.max(charged, work().debt - debt)
  }
  expect(work().spent).toBeGreaterThan(before)
  expect(charged).toBeLessThan(REOPENED)
})

test('cores that are opened and closed once each cost nothing', async () => {
  const { near, open, work } = await scene()
  const before = work().debt
  for (let i = 0; i < 50; i++) {
    const core = await near.source.get({ blocks: ['a'] })
    const copy = await open(core)
    copy.replicator.peers[0]!.channel.close()
    while (core.peers.length > 0) await tick()
  }
  expect(work().debt).toBeLessThanOrEqual(before)
})

interface Scene {
  near: Side
  core: Hypercore
  /** Ours, towards the remote. */
  ours: Wire[0]
  offences: Offence[]
  clock: SteppedClock
  /** What the remote has cost. */
  work: () => Work
  /** The remote opens a core. @returns its copy */
  open: (core: Hypercore) => Promise<RemoteCore>
  /** It closes the first one, and opens it again. */
  again: () => Promise<void>
}

/** How Hypercore has a core opened on a stream. */
type RemoteCore = InnerCore & {
  replicator: { _makePeer(mux: Protomux): void; readonly peers: { channel: { close(): void } }[] }
}

/** A real Hypercore that does in turns what others do now and then. */
async function scene(): Promise<Scene> {
  const works = new Set<Work>()
  const { charge } = Work.prototype
  const spy = vi.spyOn(Work.prototype, 'charge').mockImplementation(function (this: Work, cost, channel) {
    works.add(this)
    charge.call(this, cost, channel)
  })
  const clock = new SteppedClock()
  const near = side({ clock, limits: { stalledMs: Infinity } })
  const far = new StoredCores()
  const [ours, theirs] = await inMemory()
  onTestFinished(async () => {
    spy.mockRestore()
    theirs.destroy()
    await far.close()
  })
  const offences = noteOffences(near.replicator)
  near.replicator.replicate(ours)
  const mux = MuxOf.from(theirs) as unknown as Protomux
  const met = async (core: Hypercore, copy: RemoteCore): Promise<void> => {
    while ((core.peers.length === 0 || copy.replicator.peers.length === 0) && !ours.destroyed) await tick()
  }
  const open = async (core: Hypercore): Promise<RemoteCore> => {
    const copy = (await far.get({ key: core.key! })).core as RemoteCore
    copy.replicator.attachTo(mux)
    await met(core, copy)
    return copy
  }
  const core = await near.source.get({ blocks: ['a'] })
  const copy = await open(core)
  const again = async (): Promise<void> => {
    copy.replicator.peers[0]?.channel.close()
    while (core.peers.length > 0) await tick()
    if (ours.destroyed) return
    copy.replicator._makePeer(mux)
    await met(core, copy)
  }
  return { near, core, ours, offences, clock, work: () => works.values().next().value!, open, again }
}
