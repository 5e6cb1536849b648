import { expect, test } from 'vitest'
import { HONEST_REQUESTS } from '../../../src/defaults.js'
import { LATE_REQUEST, REQUEST, SEEK, UPGRADE } from '../../../src/wire/costs.js'
import type { CoreChannel, Handlers } from '../../../src/wire/hypercore-peer.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import { boundRequests } from '../../../src/wire/interceptors/requests.js'
import type { Request } from '../../../src/wire/messages.js'
import { Work } from '../../../src/wire/work.js'
import { ManualClock } from '../../kit/manual-clock.js'

test('a request is charged if it takes the place of another, or if more wait than any Hypercore sends', () => {
  const { request, work, answer } = guarded()
  for (let id = 1; id <= HONEST_REQUESTS; id++) request(id)
  expect(work.debt).toBe(0)
  request(HONEST_REQUESTS + 1)
  expect(work.debt).toBe(LATE_REQUEST)
  answer(1, 2)
  request(HONEST_REQUESTS + 2)
  expect(work.debt).toBe(LATE_REQUEST)
  answer(3)
  request(7)
  expect(work.debt).toBe(LATE_REQUEST + REQUEST)
})

test('a seek and an upgrade are spent, because the remote is entitled to them', () => {
  const { request, work } = guarded()
  request(1)
  expect([work.spent, work.debt]).toEqual([0, 0])
  request(2, { seek: {} })
  request(3, { upgrade: {} })
  expect([work.spent, work.debt]).toEqual([SEEK + UPGRADE, 0])
})

test('as many unanswered requests as the limit allows are taken, and one more ends the stream', () => {
  const { request } = guarded(3)
  for (const id of [1, 2, 3]) request(id)
  expect(() => request(4)).toThrow(expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }))
})

function guarded(requestsPerChannel = 4096) {
  const work = new Work(new ManualClock(), () => 0)
  const remoteRequests = new Map<number, Request>()
  const channel = { id: new Uint8Array(32), userData: { remoteRequests } } as unknown as CoreChannel
  const inner = {
    request: (message: Request) => void remoteRequests.set(message.id, message)
  } as unknown as Handlers
  const host = { work, limits: { requestsPerChannel } } as unknown as Host
  const { request } = boundRequests(host).wrap!(inner)
  return {
    work,
    request: (id: number, fields: Partial<Request> = {}) =>
      request!({ id, seek: null, upgrade: null, ...fields } as Request, channel),
    answer: (...ids: number[]) => ids.forEach((id) => remoteRequests.delete(id))
  }
}
