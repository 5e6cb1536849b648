import b4a from 'b4a'
import Protomux from 'protomux'
import { onTestFinished } from 'vitest'
import type { ReplicatorError } from '../../src/index.js'
import { Inbox } from '../../src/wire/inbox.js'
import { SteppedClock } from './stepped-clock.js'
import { inMemory } from './wires.js'

export interface Scene {
  inbox: Inbox
  clock: SteppedClock
  stream: Awaited<ReturnType<typeof inMemory>>[0]
  /** channel and first byte of each message that was worked on */
  seen: string[]
  slowed: ReplicatorError[]
  /** called with each message before it is noted; charges nothing unless the test says so */
  work: (byte: number) => void
  receive(channel: number, ...bytes: number[]): void
}

/** An inbox on a real Protomux, whose messages go to the test. */
export async function scene(): Promise<Scene> {
  const [stream] = await inMemory()
  const clock = new SteppedClock()
  const mux = Protomux.from(stream)
  const slowed: ReplicatorError[] = []
  const inbox = new Inbox(mux, clock, (reason) => slowed.push(reason))
  onTestFinished(() => inbox.release())
  const all: Scene = {
    inbox,
    clock,
    stream,
    seen: [],
    slowed,
    work: () => inbox.work.spend(1),
    receive: (channel, ...bytes) => {
      const buffer = b4a.from(bytes)
      inbox.receive(channel, { buffer, start: 0, end: buffer.byteLength })
    }
  }
  inbox.listen((channel, { buffer, start, end }) => {
    all.work(buffer[start]!)
    all.seen.push(`${channel}:${b4a.toString(buffer.subarray(start, end), 'hex')}`)
    return null
  })
  return all
}
