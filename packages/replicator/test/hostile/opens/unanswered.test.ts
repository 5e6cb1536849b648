import crypto from 'hypercore-crypto'
import type { NoiseStream } from '@manycore/hypercore-types'
import Protomux from 'protomux'
import { expect, test } from 'vitest'
import { offered, read, side, type Side } from '../../kit/side.js'
import { next } from '../../kit/stored-cores.js'
import { destroyed, inMemory } from '../../kit/wires.js'
import { flat, usage } from '../kit/handles.js'
import { HostilePeer, openFrame } from '../kit/hostile-peer.js'
import { carriesOn, closed, joined, stage } from '../kit/stage.js'

test('a peer that opens cores with the right proof and says no more is a peer, until it leaves', async () => {
  const near = side()
  const honest = await joined(near)
  await carriesOn(near, honest)
  const cores = await Promise.all(Array.from({ length: 50 }, () => near.source.get({ blocks: ['a'] })))
  const before = await usage()
  const [stream, theirs] = await inMemory()
  const mute = muted(theirs)
  near.replicator.replicate(stream)
  mute.replicator.replicate(theirs)
  const met = cores.map((core) => next(core, 'peer-add'))
  for (const core of cores) await mute.source.get({ key: core.key! })
  await Promise.all(met)
  await carriesOn(near, honest)

  await destroyed(theirs)
  await closed(stream)
  expect(cores.flatMap((core) => core.peers).filter(({ protomux }) => protomux.stream === stream)).toEqual([])
  await mute.replicator.close()
  await mute.source.close()
  await flat(before)
  expect(near.errors).toEqual([])
  await carriesOn(near, honest)
})

test('a peer that never answers our opens costs nothing after it has left, and no other peer a block', async () => {
  const { near, honest, stream, hostile, offences } = await stage({}, false)
  hostile.listen() // reads, and says nothing
  const cores = await Promise.all(Array.from({ length: 200 }, () => near.source.get({ blocks: ['a'] })))
  while (hostile.received === 0) await next(hostile.stream, 'data')
  expect(cores.every((core) => offered(core, stream))).toBe(true)
  // None of them is a peer: nothing was proven.
  expect(cores.flatMap((core) => core.peers).filter(({ protomux }) => protomux.stream === stream)).toEqual([])
  for (const core of cores.slice(0, 3)) {
    expect(await read(await honest.source.get({ key: core.key! }))).toBe('a')
  }
  const before = await usage()
  await destroyed(hostile.stream)
  await closed(stream)
  expect(cores.some((core) => offered(core, stream))).toBe(false)
  expect(near.replicator.streams.records).toHaveLength(1)
  await flat(before)
  expect([near.errors, offences]).toEqual([[], []])
  await carriesOn(near, honest)
})

test('attach() towards a peer that never answers is taken back by detach() and by its leaving', async () => {
  const { near, honest, stream, hostile } = await stage({}, false)
  hostile.listen()
  const core = await near.source.get({ blocks: ['a'] }, { active: false })
  for (let i = 0; i < 3; i++) {
    near.replicator.attach(core, stream)
    expect(offered(core, stream)).toBe(true)
    near.replicator.detach(core, stream)
    expect(offered(core, stream)).toBe(false)
  }
  near.replicator.attach(core, stream)
  await destroyed(hostile.stream)
  await closed(stream)
  expect([offered(core, stream), core.core!.replicator.idle()]).toEqual([false, true])
  await carriesOn(near, honest)
})

test('a core that we want and a silent peer could have is downloaded from another peer', async () => {
  const { near, honest, stream } = await stage({}, false)
  const theirs = await honest.source.get({ blocks: ['b'] })
  const copy = await near.source.get({ key: theirs.key! })
  expect(offered(copy, stream)).toBe(true)
  expect(await read(copy)).toBe('b')
})

const ENDS: [string, (hostile: HostilePeer) => unknown][] = [
  ['leaves', ({ stream }) => stream.end()],
  ['is cut off', ({ stream }) => stream.destroy()]
]

test.each(ENDS)(
  'a peer that opens cores that are here, proves nothing and %s leaves no core open',
  async (_, end) => {
    const { near, honest, stream, hostile, offences } = await stage()
    const stored = await Promise.all(
      Array.from({ length: 50 }, () => near.source.get({ blocks: ['a'] }, { active: false }))
    )
    const before = await usage()
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    const open = near.source.open.bind(near.source)
    const asked: Uint8Array[] = []
    near.source.open = async (discoveryKey) => {
      asked.push(discoveryKey)
      await gate
      return open(discoveryKey)
    }
    for (const [i, core] of stored.entries()) await hostile.send(openFrame(i + 1, core.discoveryKey!))
    await hostile.send(openFrame(51, crypto.randomBytes(32)))
    while (asked.length < 51) await new Promise((resolve) => setImmediate(resolve))
    const gone = closed(stream)
    await end(hostile)
    await gone
    release()
    await flat(before)
    expect(stored.filter((core) => offered(core, stream))).toEqual([])
    expect(stored.every((core) => core.core!.replicator.idle())).toBe(true)
    expect([near.errors, offences]).toEqual([[], []])
    near.source.open = open
    await carriesOn(near, honest)
  }
)

/** A side whose channels of this stream open, and neither say nor hear anything. */
function muted(stream: NoiseStream): Side {
  const mux = Protomux.from(stream) as unknown as { createChannel(opts: ChannelOptions): unknown }
  const { createChannel } = mux
  mux.createChannel = (opts) => {
    const messages = opts.messages.map((message) => ({ ...message, onmessage: silence }))
    return createChannel.call(mux, { ...opts, messages, onopen: silence })
  }
  return side()
}

interface ChannelOptions {
  messages: object[]
  onopen: () => void
}

function silence(): void {}
