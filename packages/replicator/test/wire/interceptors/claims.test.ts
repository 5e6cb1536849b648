import { expect, test } from 'vitest'
import { MAX_WAITING_CLAIMS, WAITING_CLAIMS_PER_STREAM } from '../../../src/defaults.js'
import type { ReplicatorError } from '../../../src/index.js'
import type { CoreChannel, Handlers } from '../../../src/wire/hypercore-peer.js'
import { boundClaims } from '../../../src/wire/interceptors/claims.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import { Work } from '../../../src/wire/work.js'
import { connected } from '../../hostile/kit/open-peer.js'
import { ManualClock } from '../../kit/manual-clock.js'

test('claims that wait count for their stream, until their channel closes', async () => {
  const { channel, claim, close, forbidden } = await scene()
  const full = WAITING_CLAIMS_PER_STREAM / MAX_WAITING_CLAIMS
  const channels = Array.from({ length: full }, channel)
  for (const each of channels) claim(each, MAX_WAITING_CLAIMS)
  expect(forbidden).toEqual([])
  const last = channel()
  claim(last, 1)
  expect(forbidden).toEqual([['BAD_CLAIM', last]])

  close(last)
  close(channels[0]!)
  const next = channel()
  claim(next, MAX_WAITING_CLAIMS)
  expect(forbidden).toHaveLength(1)
  const one = channel()
  claim(one, 1)
  expect(forbidden.slice(1)).toEqual([['BAD_CLAIM', one]])
})

interface Scene {
  /** Of a peer of its own, as that of a core of one block. */
  channel: () => CoreChannel
  /** The remote has so many blocks, far away and none beside another. */
  claim: (channel: CoreChannel, count: number) => void
  close: (channel: CoreChannel) => void
  forbidden: [string, CoreChannel][]
}

async function scene(): Promise<Scene> {
  const { core } = await connected()
  const peer = core.peers[0]!
  const forbidden: Scene['forbidden'] = []
  const host = {
    work: new Work(new ManualClock(), () => 0),
    mux: peer.protomux,
    closeChannel: (err: ReplicatorError, channel: CoreChannel) => forbidden.push([err.code, channel])
  }
  const inner = { range: () => undefined, close: () => undefined } as unknown as Handlers
  const { range, close } = boundClaims(host as unknown as Host).wrap!(inner) as Handlers
  return {
    channel: () => ({ closed: false, userData: Object.create(peer) as object }) as unknown as CoreChannel,
    claim(channel, count) {
      for (let i = 0; i < count; i++) range({ drop: false, start: 1000 + 2 * i, length: 1 }, channel)
    },
    close: (channel) => void close(true, channel),
    forbidden
  }
}
