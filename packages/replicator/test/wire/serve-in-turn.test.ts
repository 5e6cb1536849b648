import type { Peer } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { drainInTurn, serveInTurn } from '../../src/wire/serve-in-turn.js'

test('when a stream takes more, one channel after the other answers, those that were left out first', async () => {
  const { at, all, drain, end, mux } = channels({ a: 1, idle: 0, b: 1, c: 2 })
  drain()
  await settled()
  expect(at).toEqual(['a'])
  end()
  await settled()
  expect(at).toEqual(['a', 'b'])
  mux.drained = false // b has filled the stream
  end()
  await settled()
  expect(at).toEqual(['a', 'b'])

  mux.drained = true
  drain()
  for (let i = 0; i < all.length; i++) {
    await settled()
    end()
  }
  await settled()
  expect(at.slice(2, 5)).toEqual(['c', 'a', 'b'])
})

test('a turn that fails is an error of the stream, unless its channel is closed', async () => {
  const { at, all, drain, end } = channels({ a: 1, b: 1, c: 1 })
  const [turn] = drain()
  await settled()
  all[0]!.closed = true
  end(new Error('not read'))
  await settled()
  expect(at).toEqual(['a', 'b'])
  end(new Error('no'))
  await expect(turn).rejects.toThrow('no')
  drain()
  await settled()
  expect(at).toEqual(['a', 'b', 'c'])
})

test.each([
  { average: 0, most: 64 },
  { average: 65_536, most: 64 },
  { average: 4 * 2 ** 20, most: 4 },
  { average: 15 * 2 ** 20, most: 1 },
  { average: 2 ** 30, most: 1 }
])(
  'of blocks of $average B in the average $most are read at a time, again and again',
  async ({ average, most }) => {
    const mux = { drained: true }
    const ends: (() => void)[] = []
    let reading = 0
    const core = { state: { length: 3, byteLength: 3 * average } }
    const userData = { protomux: mux, core, remoteRequests: new Map() } as unknown as Peer
    const channel: Channel = { closed: false, userData, ondrain: () => undefined }
    const onrequest = serveInTurn<Channel>(() => {
      if (!mux.drained) return undefined // as Hypercore does
      reading++
      return new Promise<void>((resolve) => ends.push(resolve))
    })
    for (let round = 0; round < 3; round++) {
      reading = 0
      for (let i = 0; i < 100; i++) void onrequest({}, channel)
      expect(reading).toBe(most)
      for (const end of ends.splice(0)) end()
      await settled()
    }
  }
)

interface Channel {
  closed: boolean
  userData: Peer
  ondrain: (channel: Channel) => unknown
}

/** Channels by name, with so many requests waiting. */
function channels(waiting: Record<string, number>): {
  /** whose turns began */
  at: string[]
  all: Channel[]
  mux: { drained: boolean }
  drain: () => unknown[]
  end: (err?: Error) => void
} {
  const mux = { drained: true }
  const at: string[] = []
  let end = (_?: Error): void => {}
  const all = Object.entries(waiting).map(([name, requests]) => {
    const remoteRequests = new Map(Array.from({ length: requests }, (_, id) => [id, {}]))
    const userData = { protomux: mux, remoteRequests } as unknown as Peer
    const ondrain = drainInTurn<Channel>(() => {
      at.push(name)
      return new Promise<void>((resolve, reject) => (end = (err) => (err ? reject(err) : resolve())))
    })
    return { closed: false, userData, ondrain }
  })
  const drain = (): unknown[] => all.map((channel) => channel.ondrain(channel))
  return { at, all, mux, drain, end: (err) => end(err) }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
