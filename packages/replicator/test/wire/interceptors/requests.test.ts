import { systemClock } from '@manycore/ground'
import { expect, test } from 'vitest'
import { REQUEST, SEEK, UPGRADE } from '../../../src/wire/costs.js'
import type { CoreChannel, Handlers } from '../../../src/wire/hypercore-peer.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import { boundRequests } from '../../../src/wire/interceptors/requests.js'
import type { Request } from '../../../src/wire/messages.js'
import { Work } from '../../../src/wire/work.js'

test('a seek and an upgrade are spent, a request in the place of another is charged, and too many end the stream', () => {
  const work = new Work({ ...systemClock, now: () => 0 }, () => 0)
  const remoteRequests = new Map<number, unknown>()
  const channel = { id: new Uint8Array(32), userData: { remoteRequests } } as unknown as CoreChannel
  const inner = { request: ({ id }: Request) => void remoteRequests.set(id, id) } as unknown as Handlers
  const host = { work, limits: { requestsPerChannel: 3 } } as unknown as Host
  const { request } = boundRequests(host).wrap!(inner)
  const ask = (id: number, fields: Partial<Request> = {}): unknown =>
    request!({ id, priority: 0, fork: 0, block: {}, seek: null, upgrade: null, ...fields }, channel)

  ask(1)
  expect([work.spent, work.debt]).toEqual([0, 0])
  ask(2, { seek: {} })
  ask(2, { upgrade: {} })
  expect([work.spent, work.debt]).toEqual([SEEK + UPGRADE + REQUEST, REQUEST])
  ask(3)
  expect(() => ask(4)).toThrow(expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }))
})
