import { expect, test } from 'vitest'
import type { CoreChannel, Handlers } from '../../../src/wire/hypercore-peer.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import type { Request } from '../../../src/wire/messages.js'
import { boundAnswers } from '../../../src/wire/interceptors/reads.js'

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

test('what waits of several channels is answered in one packet, even if one of them fails', async () => {
  const { at, all, drain, end, mux } = channels({ a: 1, b: 1, c: 1 })
  drain()
  await settled()
  all[0]!.closed = true
  end(new Error('not read'))
  await settled()
  end()
  await settled()
  expect([at, mux.corked]).toEqual([['a', 'b', 'c'], 1])
  end()
  await settled()
  expect([mux.corked, mux.packets]).toEqual([0, 1])
})

test('a channel that fails to answer what waits is an error of the stream, unless its channel is closed', async () => {
  const { at, all, drain, end } = channels({ a: 1, b: 1, c: 1 })
  const [serving] = drain()
  await settled()
  all[0]!.closed = true
  end(new Error('not read'))
  await settled()
  expect(at).toEqual(['a', 'b'])
  end(new Error('no'))
  await expect(serving).rejects.toThrow('no')
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
    const ends: (() => void)[] = []
    let reading = 0
    const core = { state: { length: 3, byteLength: 3 * average } }
    const peer = {
      core,
      remoteRequests: new Map(),
      receiverQueue: { push: () => {} },
      _handleRequest(_: Request): Promise<void> {
        reading++
        return new Promise((resolve) => ends.push(resolve))
      }
    }
    const { open, request } = guarded(aMux(), (message) => peer._handleRequest(message))
    const channel = { closed: false, userData: peer } as unknown as CoreChannel
    open({}, channel)
    const onrequest = (): unknown =>
      request({ id: 1, priority: 0, fork: 0, block: null, seek: null, upgrade: null }, channel)
    for (let round = 0; round < 3; round++) {
      reading = 0
      for (let i = 0; i < 100; i++) void onrequest()
      expect(reading).toBe(most)
      for (const end of ends.splice(0)) end()
      await settled()
    }
  }
)

test('many streams share what is read at a time, and each has two in any case', async () => {
  const ends: (() => void)[] = []
  const counts = Array.from({ length: 7 }, () => {
    let reading = 0
    const answer = (_: Request): Promise<void> => {
      reading++
      return new Promise((resolve) => ends.push(resolve))
    }
    const core = { state: { length: 3, byteLength: 3 } }
    const peer = {
      core,
      remoteRequests: new Map(),
      receiverQueue: { push: () => {} },
      _handleRequest: answer
    }
    const { open, request } = guarded(aMux(), (message) => peer._handleRequest(message))
    const channel = { closed: false, userData: peer } as unknown as CoreChannel
    open({}, channel)
    for (let id = 0; id < 100; id++) {
      void request({ id, priority: 0, fork: 0, block: null, seek: null, upgrade: null }, channel)
    }
    return reading
  })
  expect(counts).toEqual([64, 64, 64, 64, 2, 2, 2])
  for (const end of ends) end()
  await settled()
})

interface Mux {
  drained: boolean
  corked: number
  /** how often it was corked */
  packets: number
  cork(): void
  uncork(): void
}

function aMux(): Mux {
  return {
    drained: true,
    corked: 0,
    packets: 0,
    cork() {
      if (++this.corked === 1) this.packets++
    },
    uncork() {
      this.corked--
    }
  }
}

/** The interceptor around a Hypercore that does no more than these. */
function guarded(
  mux: Mux,
  request: (message: Request) => unknown,
  drain: (channel: CoreChannel) => unknown = () => undefined
): Pick<Handlers, 'open' | 'request' | 'drain'> {
  const inner = { open: () => undefined, request, drain } as unknown as Handlers
  const { wrap } = boundAnswers({ mux } as unknown as Host)
  return wrap!(inner) as Handlers
}

/** Channels by name, with so many requests waiting. */
function channels(waiting: Record<string, number>): {
  /** which of them began to answer */
  at: string[]
  all: { closed: boolean }[]
  mux: Mux
  drain: () => unknown[]
  end: (err?: Error) => void
} {
  const mux = aMux()
  const at: string[] = []
  let end = (_?: Error): void => {}
  const all = Object.entries(waiting).map(([name, requests]) => {
    const remoteRequests = new Map(Array.from({ length: requests }, (_, id) => [id, {}]))
    return { name, closed: false, userData: { remoteRequests } }
  })
  const { drain } = guarded(
    mux,
    () => undefined,
    (channel) => {
      at.push((channel as unknown as { name: string }).name)
      return new Promise<void>((resolve, reject) => (end = (err) => (err ? reject(err) : resolve())))
    }
  )
  return {
    at,
    all,
    mux,
    drain: () => all.map((channel) => drain(channel as unknown as CoreChannel)),
    end: (err) => end(err)
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
