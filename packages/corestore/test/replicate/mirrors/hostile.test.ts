import NoiseSecretStream from '@hyperswarm/secret-stream'
import b4a from 'b4a'
import Protomux from 'protomux'
import { expect, onTestFinished, test } from 'vitest'
import type { Corestore } from '../../../src/index.js'
import { append, blocks, connectAll, filled } from '../../kit/mirrors.js'

interface Attacker {
  readonly stream: NoiseSecretStream
  /** Resolves once the store wants no more of it. */
  readonly closed: Promise<void>
  readonly heard: Uint8Array[]
  frame(bytes: Uint8Array): void
  news(bytes: Uint8Array): void
}

/** The version, and that there is one mirror, with the number 1. */
const hello = {
  preencode: (state: { end: number }) => void (state.end += 6),
  encode: (state: { buffer: Uint8Array; start: number }, version: number) => {
    state.buffer.set([version, 1, 0, 0, 0, 1], state.start)
    state.start += 6
  },
  decode: (state: { buffer: Uint8Array; start: number }) => state.buffer[state.start++]
}

/** To the first mirror there, from ours. */
function addressed(bytes: Uint8Array): Uint8Array {
  return b4a.concat([b4a.from([0, 0, 0, 1, 0, 0, 0, 1]), bytes])
}

/** Speaks the protocol of mirrors by hand. */
async function attack(store: Corestore, version = 1): Promise<Attacker> {
  const [far, stream] = [new NoiseSecretStream(true), new NoiseSecretStream(false)]
  const [one, other] = [far, stream].map(({ rawStream }) => rawStream as unknown as NodeJS.ReadWriteStream)
  one!.pipe(other!).pipe(one!)
  const heard: Uint8Array[] = []
  const mux = Protomux.from(stream) as unknown as {
    createChannel(opts: object): {
      open(handshake: number): void
      fullyOpened(): Promise<boolean>
      messages: { send(m: Uint8Array): void }[]
    }
  }
  let close = (): void => {}
  const closed = new Promise<void>((resolve) => (close = resolve))
  const channel = mux.createChannel({
    protocol: 'manycore/mirror',
    handshake: hello,
    messages: [
      { onmessage: (m: Uint8Array) => void heard.push(b4a.from(m)) },
      { onmessage: (m: Uint8Array) => void heard.push(b4a.from(m)) },
      {},
      {},
      {},
      { onmessage: () => close() }
    ],
    onclose: () => close()
  })
  for (const end of [far, stream]) end.on('error', () => {})
  onTestFinished(() => {
    for (const end of [far, stream]) end.destroy()
  })
  store.replicate(far as never)
  channel.open(version)
  await channel.fullyOpened()
  return {
    stream,
    closed,
    heard,
    frame: (bytes) => channel.messages[0]!.send(addressed(bytes)),
    news: (bytes) => channel.messages[1]!.send(addressed(bytes))
  }
}

function limits(store: Corestore): string[] {
  const codes: string[] = []
  store.replicator.on('limited', ({ code }) => void codes.push(code))
  return codes
}

test.for([
  ['a frame that is none', (attacker: Attacker) => attacker.frame(b4a.alloc(100, 0xff))],
  ['an empty frame', (attacker: Attacker) => attacker.frame(b4a.alloc(0))],
  ['a frame of a megabyte', (attacker: Attacker) => attacker.frame(b4a.alloc(1 << 20, 1))],
  ['news of an odd length', (attacker: Attacker) => attacker.news(b4a.alloc(52))],
  ['empty news', (attacker: Attacker) => attacker.news(b4a.alloc(0))]
] as const)('%s ends it for the mirror, and the stream goes on', async ([, send]) => {
  const store = await filled(3, { mirror: true })
  const codes = limits(store)
  const attacker = await attack(store)
  send(attacker)
  await attacker.closed
  expect(codes).toEqual(['BAD_MIRROR'])
  expect(attacker.stream.destroyed).toBe(false)
  const isLevel = store.synced()
  const lastError = expect.objectContaining({ code: 'BAD_MIRROR' })
  expect(store.syncView()).toMatchObject({ isLevel: false, streams: [{ isMirroring: true, lastError }] })
  attacker.stream.destroy() // nobody knows what it has
  await isLevel
})

test.each([0, 2])(
  'a peer of version %i is told nothing, and served as one that does not mirror',
  async (version) => {
    const store = await filled(3, { mirror: true })
    await append(store, 'core 1', 'second')
    const codes = limits(store)
    const attacker = await attack(store, version)
    await attacker.closed
    expect(codes).toEqual([])
    expect(attacker.heard).toEqual([])
    const other = await filled(3)
    other.replicate(attacker.stream as never)
    await store.synced()
    expect(b4a.toString((await other.get({ name: 'core 1' }).get(1))!)).toBe('second')
  }
)

test('news of cores whose keys it does not know change nothing, and are charged until the stream is closed', async () => {
  const [store, friend] = [await filled(3, { mirror: true }), await filled(3, { mirror: true })]
  const opens: unknown[] = []
  store.on('core-open', (core) => void opens.push(core))
  const attacker = await attack(store)
  const ended = new Promise<unknown>((resolve) => {
    store.replicator.once('stream-close', (_stream, reason) => resolve(reason))
  })
  while (attacker.heard.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const news = b4a.alloc(51 * 250)
  for (let i = 0; i < 1500 && !attacker.stream.destroyed; i++) {
    news[i % news.length]!++
    attacker.news(b4a.from(news))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await ended).toMatchObject({ code: 'TOO_MUCH_WORK' })
  expect(opens).toEqual([])
  await append(friend, 'core 1', 'second')
  await connectAll([friend, store], 'memory')
  await Promise.all([store.synced(), friend.synced()])
  expect(await blocks(store, 'core 1')).toEqual(['first', 'second'])
})
