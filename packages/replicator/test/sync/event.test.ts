import diagnostics from 'node:diagnostics_channel'
import b4a from 'b4a'
import { expect, onTestFinished, test } from 'vitest'
import type { SyncView } from '../../src/index.js'
import { LOOK_AGAIN_MS, SYNC_MS, SYNC_REST } from '../../src/sync/defaults.js'
import { requestNothing } from '../kit/request-nothing.js'
import { turns, until } from '../kit/policed.js'
import { side } from '../kit/side.js'
import { SteppedClock } from '../kit/stepped-clock.js'
import { inMemory } from '../kit/wires.js'

async function scene() {
  const clock = new SteppedClock()
  const [near, far] = [side(), side({ clock })]
  const ours = await near.source.get({ blocks: ['a', 'b', 'c'] })
  const copy = await far.source.get({ key: ours.key! })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  const pass = async (ms: number): Promise<void> => {
    await turns()
    clock.ms += ms
    for (const [id, timer] of Array.from(clock.timers)) {
      if (timer.ms > ms) continue
      clock.timers.delete(id)
      timer.fn()
    }
  }
  return { clock, near, far, ours, copy, other, pass }
}

test('it comes once per pause, as long as something changes, and once when all are level', async () => {
  const { far, ours, copy, other, pass } = await scene()
  const views: SyncView[] = []
  far.replicator.on('sync', (view) => views.push(view))
  far.replicator.replicate(other)
  await far.replicator.synced()
  for (let i = 0; i < 3; i++) await pass(SYNC_MS)
  expect(views.at(-1)).toMatchObject({ isLevel: true, streams: [{ cores: { total: 1, differing: 0 } }] })
  const before = views.length
  copy.download({ start: 0, end: -1 })
  await far.replicator.synced()
  await pass(0) // the pause is over
  expect(views).toHaveLength(before + 1)
  expect(views.at(-1)).toMatchObject({ isLevel: true, streams: [{ blocks: { received: 3, expected: 3 } }] })
  await ours.append(b4a.from('d'))
  await until(() => copy.length === 4)
  await far.replicator.synced()
  await pass(0) // it is not over
  expect(views).toHaveLength(before + 1)
  await pass(SYNC_MS)
  expect(views).toHaveLength(before + 2)
  expect(views.at(-1)).toMatchObject({ isLevel: true, streams: [{ blocks: { received: 4 } }] })
  const last = views.length
  for (let i = 0; i < 5; i++) await pass(LOOK_AGAIN_MS)
  expect(views).toHaveLength(last)
})

test('it tells that nothing differs any more, even if nobody has said so', async () => {
  const { far, copy, other, pass } = await scene()
  far.replicator.replicate(other)
  await far.replicator.synced()
  requestNothing(copy)
  const views: SyncView[] = []
  far.replicator.on('sync', (view) => views.push(view))
  const range = copy.download({ start: 0, end: -1 })
  far.replicator.detach(await far.source.get({ blocks: ['something else'] })) // a move
  await pass(SYNC_MS)
  expect(views.at(-1)).toMatchObject({ isLevel: false, streams: [{ cores: { differing: 1 } }] })
  range.destroy() // what the peer says of its blocks may still come
  await pass(SYNC_MS)
  await pass(LOOK_AGAIN_MS)
  expect(views.at(-1)).toMatchObject({ isLevel: true })
})

test('while nobody listens, no view is made and no timer runs', async () => {
  const { clock, far, ours, copy, other } = await scene()
  far.replicator.replicate(other)
  const before = clock.timers.size
  copy.download({ start: 0, end: -1 })
  await far.replicator.synced()
  await ours.append(b4a.from('d'))
  await until(() => copy.length === 4)
  expect(clock.timers.size).toBe(before)
})

test('once nobody listens any more, no view is made, and after close() no timer runs', async () => {
  const { clock, far, ours, copy, other, pass } = await scene()
  const listener = (): void => {}
  far.replicator.on('sync', listener)
  far.replicator.replicate(other)
  await far.replicator.synced()
  await pass(SYNC_MS)
  await pass(SYNC_MS)
  await ours.append(b4a.from('d'))
  await until(() => copy.length === 4)
  await far.replicator.synced()
  expect(clock.timers.size).toBeGreaterThan(0)
  far.replicator.off('sync', listener)
  let views = 0
  const { source } = far
  const iterate = source.map.values.bind(source.map)
  source.map.values = () => (views++, iterate())
  await pass(SYNC_MS)
  expect(views).toBe(0)
  far.replicator.on('sync', listener)
  await ours.append(b4a.from('e'))
  await until(() => copy.length === 5)
  await far.replicator.close()
  await turns()
  expect(clock.timers.size).toBe(0)
})

test('a subscriber of the diagnostics channel is a listener, too', async () => {
  const { far, other, pass } = await scene()
  const views: unknown[] = []
  const listener = (message: unknown): void => {
    if ((message as { replicator: unknown }).replicator === far.replicator) views.push(message)
  }
  diagnostics.subscribe('manycore:replicator:sync', listener)
  onTestFinished(() => void diagnostics.unsubscribe('manycore:replicator:sync', listener))
  far.replicator.replicate(other)
  await pass(SYNC_MS)
  expect((views[0] as { view: SyncView }).view.streams[0]!.stream).toBe(other)
})

test('views that take long are made less often', async () => {
  const { clock, far, ours, copy, other, pass } = await scene()
  const views: SyncView[] = []
  far.replicator.on('sync', (view) => views.push(view))
  far.replicator.replicate(other)
  await far.replicator.synced()
  copy.download({ start: 0, end: -1 })
  const { source } = far
  const iterate = source.map.values.bind(source.map)
  source.map.values = () => {
    clock.ms += 100 // as if it took so long
    return iterate()
  }
  await pass(SYNC_MS)
  const before = views.length
  await ours.append(b4a.from('d'))
  await until(() => copy.length === 4)
  for (const { ms } of clock.timers.values()) expect(ms).not.toBe(SYNC_MS)
  await pass(SYNC_MS)
  expect(views).toHaveLength(before)
  await pass(SYNC_REST * 100)
  expect(views.length).toBeGreaterThan(before)
})
