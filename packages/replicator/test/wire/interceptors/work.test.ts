import { expect, test } from 'vitest'
import { CANCEL, REQUEST, UNASKED_BYTE } from '../../../src/wire/costs.js'
import type { CoreChannel, Handlers } from '../../../src/wire/hypercore-peer.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import { chargeWork } from '../../../src/wire/interceptors/work.js'
import { Work } from '../../../src/wire/work.js'
import { ManualClock } from '../../kit/manual-clock.js'

const channel = { id: new Uint8Array(32) } as unknown as CoreChannel

test.each([
  ['a request', 'request', REQUEST],
  ['a sync', 'sync', 0] // who knows what it says charges it
] as const)('%s is not charged here, but what comes behind it, which nobody reads, is', (_, type, spent) => {
  const { work, handlers } = guarded()
  work.bytes = 40
  void handlers[type]!({} as never, channel)
  expect([work.spent, work.debt]).toEqual([spent, 0])
  work.bytes = 250_000
  void handlers[type]!({} as never, channel)
  expect(work.debt).toBe(250_000 * UNASKED_BYTE)
})

test('what proves nothing is charged with its bytes', () => {
  const { work, handlers } = guarded()
  work.bytes = 1000
  void handlers.cancel!({} as never, channel)
  expect(work.debt).toBe(CANCEL + 1000 * UNASKED_BYTE)
})

function guarded() {
  const work = new Work(new ManualClock(), () => 0)
  const host = { work, inbox: { done() {}, atWork: 0 } } as unknown as Host
  const inner = Object.fromEntries(['request', 'sync', 'cancel'].map((name) => [name, () => undefined]))
  return { work, handlers: chargeWork(host).wrap!(inner as unknown as Handlers) }
}
