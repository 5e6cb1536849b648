import { expect, test } from 'vitest'
import { STEP, type Cost } from '../../../src/wire/costs.js'
import { contiguousOf, countBits, PAGE } from '../../../src/wire/claims/claiming-peer.js'
import { Pages, StreamPages } from '../../../src/wire/claims/pages.js'
import { Telling } from '../../../src/wire/claims/telling.js'
import type { CoreChannel, CorePeer } from '../../../src/wire/hypercore-peer.js'
import type { Steps } from '../../../src/wire/inbox.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import type { Range } from '../../../src/wire/messages.js'
import { Work } from '../../../src/wire/work.js'
import { connected } from '../../hostile/kit/open-peer.js'
import { ManualClock } from '../../kit/manual-clock.js'

const PAGES = 70

test('what is claimed for the first time is not charged, what is dropped or claimed again after that is', async () => {
  const { telling, work, all } = await told()
  const charge = (steps: Steps): Cost => {
    const before = work.debt
    all(steps)
    return work.debt - before
  }
  expect(charge(telling.set(1, 2 * PAGE))).toBe(0)
  expect(charge(telling.set(1, 2 * PAGE))).toBe(0)
  const dropped = charge(telling.clear(1, 2 * PAGE))
  expect(dropped).toBeGreaterThan(2 * 200)
  expect(charge(telling.set(1, 2 * PAGE))).toBeGreaterThan(2 * 200)
})

test('a page that would not change is looked at, and no more', async () => {
  const { telling, work, all } = await told()
  const words = new Uint32Array(PAGES * 1024).fill(0x0f0f0f0f)
  all(telling.write(0, words, true))
  const before = work.spent
  all(telling.write(0, words, true))
  all(telling.clear(PAGES * PAGE, 2 * PAGES * PAGE))
  expect(work.spent - before).toBeLessThan(4 * PAGES)
})

test('a claim of two blocks around many that are known pays for what Hypercore does with all of them', async () => {
  const { telling, work, all } = await told()
  all(telling.set(2, PAGE - 1))
  all(telling.set(1, PAGE))
  expect(work.debt).toBeGreaterThan(200)
})

test.each<[string, (telling: Telling) => Steps]>([
  ['range', (telling) => telling.set(1, PAGES * PAGE)],
  ['drop', (telling) => telling.clear(1, PAGES * PAGE)],
  ['bitfield', (telling) => telling.write(0, new Uint32Array(PAGES * 1024).fill(0x0f0f0f0f), true)]
])(
  'a %s over many pages is told page by page, the first at once and the others in steps',
  async (_, steps) => {
    const { telling, peer, work, later, all } = await told()
    if (_ === 'drop') all(telling.set(1, PAGES * PAGE))
    const isTold = (): number => {
      const bits = Array.from({ length: PAGES }, (_, page) => countBits(peer, page * PAGE, (page + 1) * PAGE))
      return bits.filter((count) => count > 1 !== (_ === 'drop')).length
    }
    const before = work.spent
    telling.run(steps(telling))
    expect(work.spent - before).toBeLessThan(2 * STEP)
    expect([later.length, isTold() > 0, isTold() < 8]).toEqual([1, true, true])
    for (
      let done = isTold(), spent = work.spent, ended = false;
      !ended;
      done = isTold(), spent = work.spent
    ) {
      const step = later[0]!.next()
      if (step.done !== true) work.spend(step.value)
      ended = step.done === true
      expect(isTold() - done).toBeLessThanOrEqual(1)
      expect(work.spent - spent).toBeLessThanOrEqual(STEP)
    }
    expect(isTold()).toBe(PAGES)
  }
)

test('what is left of a claim is not told once its channel has closed', async () => {
  const { telling, channel, peer, later } = await told()
  telling.run(telling.set(1, PAGES * PAGE))
  channel.closed = true
  while (later[0]!.next().done !== true);
  expect(countBits(peer, (PAGES - 1) * PAGE, PAGES * PAGE)).toBe(0)
  expect(contiguousOf(peer)).toBe(1)
})

interface Told {
  telling: Telling
  peer: CorePeer
  channel: { closed: boolean }
  work: Work
  /** steps that are not done at once */
  later: Steps[]
  /** Does all steps, and takes their cost. */
  all: (steps: Steps) => void
}

/** The claims of a real peer, of which a test does the steps. */
async function told(): Promise<Told> {
  const { core, near } = await connected()
  const peer = core.peers[0] as CorePeer & { onrange(range: Range): unknown }
  const work = new Work(new ManualClock(), () => 0)
  const later: Steps[] = []
  const host = { work, inbox: { inSteps: (steps: Steps) => later.push(steps) }, mux: peer.protomux }
  const channel = { closed: false, id: core.discoveryKey!, userData: peer }
  const telling = new Telling(
    host as unknown as Host,
    channel as unknown as CoreChannel,
    (range) => peer.onrange(range),
    new Pages(new StreamPages({ limits: { pagesPerStream: 1000 } } as Host))
  )
  const all = (steps: Steps): void => {
    for (let step = steps.next(); step.done !== true; step = steps.next()) work.spend(step.value)
  }
  expect(near.errors).toEqual([])
  return { telling, peer, channel, work, later, all }
}
