import NoiseSecretStream from '@hyperswarm/secret-stream'
import b4a from 'b4a'
import Protomux from 'protomux'
import { onTestFinished } from 'vitest'
import type { Corestore } from '../../src/index.js'

/** A peer that says what it likes to a mirror. */
export interface Attacker {
  readonly stream: NoiseSecretStream
  /** Resolves once the store wants no more of it. */
  readonly closed: Promise<void>
  readonly heard: Uint8Array[]
  frame(bytes: Uint8Array): void
  news(bytes: Uint8Array): void
  /** Nothing that the store says arrives any more. */
  pause(): void
  /** Bytes that the store has read, and those that it has handed to the stream. */
  read(): number
  written(): number
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
export async function attack(store: Corestore, version = 1): Promise<Attacker> {
  const [far, stream] = [new NoiseSecretStream(true), new NoiseSecretStream(false)]
  const raws = [far, stream].map(({ rawStream }) => rawStream as unknown as NodeJS.ReadWriteStream)
  const [one, other] = raws as [NodeJS.ReadWriteStream, NodeJS.ReadWriteStream]
  one.pipe(other).pipe(one)
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
  const write = far.write.bind(far)
  let written = 0
  far.write = (bytes: Uint8Array) => ((written += bytes.byteLength), write(bytes))
  store.replicate(far as never)
  channel.open(version)
  await channel.fullyOpened()
  return {
    stream,
    closed,
    heard,
    frame: (bytes) => channel.messages[0]!.send(addressed(bytes)),
    news: (bytes) => channel.messages[1]!.send(addressed(bytes)),
    pause: () => void (other.write = () => false), // what pipes to it waits for it to drain
    read: () => (far as unknown as { rawBytesRead: number }).rawBytesRead,
    written: () => written
  }
}
