import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import type { Request } from '../../../src/wire/messages.js'
import { RequestQueue } from '../../../src/wire/answers/request-queue.js'
import { heap } from '../../hostile/kit/handles.js'
import { seed, seeded } from '../../hostile/kit/random.js'

/** Hypercore's own (hypercore 11.39.5 lib/receiver-queue.js). */
interface ReceiverQueue {
  readonly length: number
  push(request: object): void
  shift(): Request | null
  delete(id: number): void
  clear(): void
}

const NOTHING = { fork: 0, block: null, seek: null, upgrade: null }
const hypercore = createRequire(import.meta.url).resolve('hypercore')
const Upstream = createRequire(hypercore)('./lib/receiver-queue.js') as new () => ReceiverQueue

test("requests come out in the order of Hypercore's queue, whatever is pushed, cancelled and replaced", () => {
  const random = seeded(seed())
  const [ours, upstream] = [new RequestQueue(), new Upstream()]
  const shifted: (number | null)[] = []
  for (let step = 0; step < 20_000; step++) {
    const id = random(50)
    const action = random(10)
    if (action < 5) {
      upstream.delete(id) // Peer.onrequest() does so before it pushes
      const request = { id, priority: random(4) === 0 ? 1 : 0, ...NOTHING }
      upstream.push({ ...request, block: {} })
      ours.push(request)
    } else if (action < 7) {
      upstream.delete(id)
      ours.delete(id)
    } else if (upstream.length > 0) {
      const next = ours.shift()?.id ?? null
      expect(next).toBe(upstream.shift()?.id ?? null)
      shifted.push(next)
    } else if (action === 9) {
      upstream.clear()
      ours.clear()
    }
    expect(ours.length).toBe(upstream.length)
  }
  expect(shifted.length).toBeGreaterThan(1000)
  ours.clear()
  expect([ours.shift(), ours.length]).toEqual([null, 0])
})

test('a request that was replaced or cancelled is not kept', async () => {
  const queue = new RequestQueue()
  const refs: WeakRef<Request>[] = []
  for (let i = 0; i < 1000; i++) {
    for (const priority of [0, 1]) {
      const request = { id: 1 + priority, priority, ...NOTHING }
      refs.push(new WeakRef(request))
      queue.push(request)
    }
    const taken = { id: 3, priority: i % 2, ...NOTHING }
    refs.push(new WeakRef(taken))
    queue.push(taken)
    queue.delete(3)
  }
  await heap()
  expect(queue.length).toBe(2)
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(10) // of 3000
})
