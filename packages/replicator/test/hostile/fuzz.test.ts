import { setImmediate as tick } from 'node:timers/promises'
import { inspect } from 'node:util'
import b4a from 'b4a'
import type { Hypercore, NoiseStream, ProtocolStream } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { read, refused, side, type Side } from '../kit/side.js'
import { destroyed, inMemory } from '../kit/wires.js'
import { heap } from './kit/handles.js'
import { mutate } from './kit/mutate.js'
import { seed, seeded } from './kit/random.js'
import { RecordedStream } from './kit/recorded-stream.js'

const MUTATIONS = 50_000
/** After so many frames what they set off may run: reads of storage, answers. */
const FRAMES_A_TURN = 8

test(`${MUTATIONS} mutations of a recorded session neither throw nor touch other streams`, async () => {
  const start = seed()
  const random = seeded(start)
  const { near, honest, frames, model } = await recordedSession()
  const escaped: unknown[] = []
  const onescape = (err: unknown): unknown => escaped.push(err)
  process.prependListener('uncaughtException', onescape)
  process.prependListener('unhandledRejection', onescape)
  onTestFinished(() => {
    process.off('uncaughtException', onescape)
    process.off('unhandledRejection', onescape)
  })

  const before = await heap()
  const reasons = new Map<string, number>()
  let [mutations, streams] = [0, 0]
  while (mutations < MUTATIONS) {
    const stream = new RecordedStream(model)
    streams++
    near.replicator.replicate(stream as unknown as ProtocolStream)
    await tick()
    for (let i = 0; i < frames.length * 4 && !stream.destroyed; i++) {
      // The whole session first, with a mutation here and there, then mutations only: its channels are open.
      const replayed = i < frames.length && random(8) > 0
      const frame = frames[replayed ? i : random(frames.length)]!
      const sent = replayed ? frame : mutate(frame, frames, random)
      if (!replayed) mutations++
      try {
        stream.emit('data', sent)
      } catch (err) {
        throw new Error(`seed ${start}, mutation ${mutations}: ${b4a.toString(sent, 'hex')}`, { cause: err })
      }
      if (i % FRAMES_A_TURN === 0) await tick()
    }
    if (stream.reason !== null) count(reasons, name(stream.reason))
    stream.destroy()
    await tick()
    if (escaped.length > 0)
      throw new Error(`seed ${start}, mutation ${mutations}: ${inspect(escaped[0])}`, { cause: escaped[0] })
  }

  await tick()
  expect(near.replicator.streams.records).toHaveLength(1) // the honest one
  expect((await heap()) - before, `seed ${start}, ${streams} streams`).toBeLessThan(20e6)
  const failed = near.errors.filter(({ err }) => (err as { code?: string }).code !== 'BAD_PROOF')
  expect(failed.map(({ err }) => err.message).slice(0, 5), `seed ${start}`).toEqual([])
  console.log(`${mutations} mutations on ${streams} streams, ended by`, Object.fromEntries(reasons))
  await carriesOn(near, honest)
})

interface Recorded {
  near: Side
  honest: Side
  /** what a remote sent to us, decrypted */
  frames: Uint8Array[]
  /** our end of the session */
  model: NoiseStream
}

/** Blocks in both directions, announced and asked for, and a core that is not here. */
async function recordedSession(): Promise<Recorded> {
  const [near, far, honest] = [side(), side(), side()]
  const blocks = ['a', 'b', 'c', 'd']
  const ours = [await near.source.get({ blocks }), await near.source.get({ blocks })]
  const theirs = await far.source.get({ blocks })
  const copy = await near.source.get({ key: theirs.key! })
  const [[one, other], [two, another]] = await Promise.all([inMemory(), inMemory()])
  near.replicator.replicate(two)
  honest.replicator.replicate(another)
  const frames: Uint8Array[] = []
  one.on('data', (frame) => frames.push(b4a.from(frame)))
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const copies = await Promise.all(ours.map((core) => far.source.get({ key: core.key! })))
  for (const each of copies) await readAll(each)
  await readAll(copy)
  await Promise.all([theirs, ...ours].map((core) => core.append([b4a.from('later')])))
  for (const each of copies) await read(each, 4)
  await copies[0]!.clear(1, 3)
  // Last: a refused open frees its channel number, which the remote would use again.
  await refused(await far.source.get({ blocks }), other)
  await destroyed(one)
  return { near, honest, frames, model: one }
}

async function readAll(core: Hypercore): Promise<void> {
  for (let i = 0; i < 4; i++) await read(core, i)
}

async function carriesOn(near: Side, honest: Side): Promise<void> {
  const core = await near.source.get({ blocks: ['carries on'] })
  expect(await read(await honest.source.get({ key: core.key! }))).toBe('carries on')
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function name(err: Error): string {
  return (err as { code?: string }).code ?? err.message
}
