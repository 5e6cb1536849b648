import Protomux from 'protomux'
import b4a from 'b4a'
import type { Hypercore, NoiseStream } from '@manycore/hypercore-types'
import { expect, test, vi } from 'vitest'
import { downloadOnly, type PolicyCore, uploadOnly } from '../../../src/index.js'
import { REQUEST } from '../../../src/wire/costs.js'
import { Work } from '../../../src/wire/work.js'
import { read, refused, side, type Side } from '../../kit/side.js'
import { StoredCores } from '../../kit/stored-cores.js'
import { inMemory } from '../../kit/wires.js'

const NAMES = 'sync request cancel data noData want unwant bitfield range extension'.split(' ')

test('the wire is what one-way.ts takes it for: ten messages, in the order it knows', async () => {
  const { near, far, log, wire } = await recorded({})
  const ours = await near.source.get({ blocks: ['a', 'b'] })
  wire()
  const copy = await far.source.get({ key: ours.key! })
  expect(await read(copy, 1)).toBe('b')
  expect(log.find(({ type }) => type === 'sync')!.message).toEqual({
    fork: 0,
    length: 2,
    remoteLength: 0,
    canUpgrade: true,
    uploading: true,
    downloading: true,
    hasManifest: true,
    allowPush: false
  })
  expect(log.map(({ type }) => type)).toEqual(expect.arrayContaining(['sync', 'range', 'data']))
  expect(log.filter(({ type }) => type === 'data').map(({ message }) => message)).toContainEqual(
    expect.objectContaining({ block: expect.objectContaining({ index: 1, value: b4a.from('b') }) })
  )
})

test('downloadOnly() takes all blocks, and tells the peer of no block, length, fork or manifest', async () => {
  const { near, far, log, wire } = await recorded({ policy: downloadOnly() })
  const ours = await near.source.get({ blocks: ['held'] })
  const theirs = await far.source.get({ blocks: ['1', '2', '3'] })
  const before = await far.source.get({ blocks: ['old'] })
  const mirror = await near.source.get({ key: theirs.key! })
  await copyOf(before, near)
  await before.append(b4a.from('new'))
  wire()
  const longer = await near.source.get({ key: before.key! })
  expect([await read(mirror, 2), await read(longer, 1)]).toEqual(['3', 'new'])
  await theirs.append(b4a.from('4'))
  expect(await read(mirror, 3)).toBe('4')
  const asking = await far.source.get({ key: ours.key! })
  await settle()
  expect([asking.length, asking.contiguousLength]).toEqual([0, 0])
  for (const { type, message } of log) {
    expect(['sync', 'request', 'cancel', 'want', 'unwant', 'noData']).toContain(type)
    if (type === 'sync') expect(message).toMatchObject({ fork: 0, length: 0, hasManifest: false })
  }
})

test('downloadOnly() answers a peer that requests what it was not told of with noData, charges it, and reads nothing', async () => {
  const { near, far, log, wire, other } = await recorded({ policy: downloadOnly() })
  const ours = await near.source.get({ blocks: ['held', 'too'] })
  const copy = await far.source.get({ key: ours.key! })
  wire()
  await until(() => copy.peers.length === 1)
  const peer = copy.peers[0] as unknown as { wireRequest: { send(request: object): void } }
  const nothing = { hash: null, seek: null, upgrade: null, manifest: true, priority: 0 }
  using charge = vi.spyOn(Work.prototype, 'charge')
  for (let id = 1; id <= 100; id++) {
    peer.wireRequest.send({ id: id + 1000, fork: 0, block: { index: 0, nodes: 0 }, ...nothing })
  }
  await until(() => log.filter(({ type }) => type === 'noData').length === 100)
  expect([near.replicator.stats().blocksUp, other.destroyed]).toEqual([0, false])
  expect(charge.mock.calls.filter(([cost]) => cost === REQUEST)).toHaveLength(100)
})

test('two that only download one core and are longer than each other fall silent', async () => {
  const { near, far, log, wire } = await recorded({ policy: downloadOnly() }, { policy: downloadOnly() })
  const ours = await near.source.get({ blocks: ['1', '2'] })
  await copyOf(ours, far)
  wire()
  await settle()
  const { length } = log
  await settle()
  expect(log).toHaveLength(length)
})

test('uploadOnly() gives all blocks, asks for nothing and takes nothing', async () => {
  const { near, far, log, wire } = await recorded({ policy: uploadOnly() })
  const ours = await near.source.get({ blocks: ['1', '2', '3'] })
  const theirs = await far.source.get({ blocks: ['theirs'] })
  const wanted = await near.source.get({ key: theirs.key! })
  wire()
  const copy = await far.source.get({ key: ours.key! })
  expect([await read(copy, 0), await read(copy, 2)]).toEqual(['1', '3'])
  await ours.append(b4a.from('4'))
  expect(await read(copy, 3)).toBe('4')
  expect(await wanted.update({ wait: true })).toBe(false)
  await settle()
  expect([wanted.length, wanted.contiguousLength]).toEqual([0, 0])
  for (const { type } of log) expect(['sync', 'range', 'bitfield', 'data', 'noData']).toContain(type)
})

test('uploadOnly() on one stream takes a block from the peer that may give it, not from the others', async () => {
  const [near, trusted, stranger] = [side(), side(), side()]
  const theirs = await trusted.source.get({ blocks: ['1', '2', '3'] })
  await copyOf(theirs, stranger)
  const [[one, two], [three, four]] = await Promise.all([inMemory(), inMemory()])
  const copy = await near.source.get({ key: theirs.key! })
  const from = new Set<unknown>()
  copy.on('download', (_i, _bytes, peer) => from.add(peer.protomux))
  near.replicator.replicate(three, { policy: uploadOnly() })
  stranger.replicator.replicate(four)
  await settle()
  const reading = [read(copy, 0), read(copy, 1), read(copy, 2)]
  await settle()
  expect(from.size).toBe(0)
  near.replicator.replicate(one)
  trusted.replicator.replicate(two)
  expect(await Promise.all(reading)).toEqual(['1', '2', '3'])
  expect(Array.from(from)).toEqual([one.userData])
})

test('data that a peer sends unasked is, under uploadOnly(), not stored', async () => {
  const { near, far, wire } = await recorded({ policy: uploadOnly() })
  const theirs = await far.source.get({ blocks: ['pushed'] })
  const copy = await near.source.get({ key: theirs.key! })
  wire()
  await until(() => theirs.peers.length === 1 && copy.peers.length === 1)
  const peer = theirs.peers[0] as unknown as { remoteAllowPush: boolean; push(index: number): Promise<void> }
  expect(peer.remoteAllowPush).toBe(false)
  peer.remoteAllowPush = true
  await peer.push(0)
  await settle()
  expect(copy.length).toBe(0)
})

test('the direction changes on an open stream, both ways', async () => {
  const may = { access: true, download: false }
  const { near, far, wire } = await recorded({
    policy: { access: () => may.access, download: () => may.download }
  })
  const ours = await near.source.get({ blocks: ['ours'] })
  const theirs = await far.source.get({ blocks: ['theirs'] })
  const copy = await near.source.get({ key: theirs.key! })
  wire()
  expect(await read(await far.source.get({ key: ours.key! }))).toBe('ours')
  await settle()
  expect(copy.length).toBe(0)

  Object.assign(may, { access: false, download: true })
  await near.replicator.policyChanged()
  expect(await read(copy)).toBe('theirs')
  await ours.append(b4a.from('kept back'))
  const mirror = await far.source.get({ key: ours.key! })
  await settle()
  expect(mirror.length).toBe(1)

  Object.assign(may, { access: true, download: true })
  await near.replicator.policyChanged()
  expect(await read(mirror, 1)).toBe('kept back')
})

test('of a core that is denied neither key, discovery key nor length reaches the wire', async () => {
  const denied = new Set<string>()
  const { near, far, frames, wire, other } = await recorded({
    policy: { access: ({ key }: PolicyCore) => !denied.has(b4a.toString(key!, 'hex')) }
  })
  const secret = await near.source.get({ blocks: Array.from({ length: 77 }, () => 'secret block') })
  denied.add(b4a.toString(secret.key!, 'hex'))
  const open = await near.source.get({ blocks: ['open'] })
  wire()
  expect(await read(await far.source.get({ key: open.key! }))).toBe('open')
  await secret.append(b4a.from('secret block'))
  await refused(await far.source.get({ key: secret.key! }), other)
  await settle()
  const all = b4a.concat(frames)
  expect(contains(all, open.discoveryKey!)).toBe(true)
  for (const part of [secret.key!, secret.discoveryKey!, secret.keyPair!.publicKey, b4a.from('secret')]) {
    expect(contains(all, part)).toBe(false)
  }
})

test('frames that refuse a denied core are, but for the discovery key, those for one that is not here', async () => {
  const { near, far, frames, wire, other } = await recorded({ policy: { announce: no, access: no } })
  const secret = await near.source.get({ blocks: ['secret'] })
  wire()
  await refused(await far.source.get({ key: secret.key! }), other)
  const denial = frames.splice(0).map((frame) => b4a.toString(frame, 'hex'))
  await refused(await far.source.get({ blocks: ['not here'] }), other)
  const absence = frames.map((frame) => b4a.toString(frame, 'hex'))
  expect(denial).toHaveLength(1)
  // Channel ids are the remote's, and it reuses none before its channel has closed.
  expect(absence).toEqual(denial)
})

interface Recorded {
  near: Side
  far: Side
  one: NoiseStream
  other: NoiseStream
  /** decoded messages of Hypercore's channels that near sent */
  log: { type: string; message: object }[]
  /** what near wrote, before it was encrypted */
  frames: Uint8Array[]
  /** begins to replicate */
  wire(): void
}

/** Two sides on a wire on which all that the near one writes is recorded, decrypted. */
async function recorded(nearOpts: object, farOpts: object = {}): Promise<Recorded> {
  const [near, far] = [side(nearOpts), side(farOpts)]
  const [one, other] = await inMemory()
  const log: Recorded['log'] = []
  const frames: Uint8Array[] = []
  other.on('data', (frame) => void frames.push(b4a.from(frame)))
  const mux = Protomux.from(other) as unknown as { createChannel(opts: WireOptions): unknown }
  const { createChannel } = mux
  mux.createChannel = (opts) => {
    if (opts.protocol === 'hypercore/alpha') {
      expect(opts.messages).toHaveLength(NAMES.length)
      for (const [i, message] of opts.messages.entries()) {
        const { onmessage } = message
        // oxlint-disable-next-line unicorn/prefer-add-event-listener -- an option of Protomux, no DOM event
        message.onmessage = (received, channel) => {
          log.push({ type: NAMES[i]!, message: received as object })
          return onmessage(received, channel)
        }
      }
    }
    return createChannel.call(mux, opts)
  }
  const wire = (): void => {
    near.replicator.replicate(one)
    far.replicator.replicate(other)
  }
  return { near, far, one, other, log, frames, wire }
}

test.each([
  ['both ways', {}],
  ['download only', { policy: downloadOnly() }],
  ['upload only', { policy: uploadOnly() }]
])(
  'channels share the handlers of their messages, so that tables of what is put around them do not grow: %s',
  async (_, opts) => {
    const near = side(opts)
    const cores = [await near.source.get({ blocks: ['a'] }), await near.source.get({ blocks: ['b'] })]
    const [one] = await inMemory()
    const mux = Protomux.from(one) as unknown as { createChannel(opts: WireOptions): unknown }
    const { createChannel } = mux
    const handlers: unknown[][] = []
    mux.createChannel = (channel) => {
      handlers.push(channel.messages.map(({ onmessage }) => onmessage))
      return createChannel.call(mux, channel)
    }
    near.replicator.replicate(one)
    for (const core of cores) near.replicator.attach(core)
    await until(() => handlers.length === 2)
    expect(handlers[0]).toHaveLength(NAMES.length)
    for (const [i, handler] of handlers[0]!.entries())
      expect(handler === handlers[1]![i], NAMES[i]).toBe(true)
  }
)

interface WireOptions {
  protocol: string
  messages: { onmessage(message: unknown, channel: unknown): unknown }[]
}

/** All blocks that a core has now, on another side. */
async function copyOf(core: Hypercore, to: Side): Promise<void> {
  const from = side({}, new StoredCores())
  from.source.map.set(b4a.toString(core.discoveryKey!, 'hex'), core.core!)
  const [one, other] = await inMemory()
  from.replicator.replicate(one)
  to.replicator.replicate(other)
  const copy = await to.source.get({ key: core.key! })
  await copy.download({ start: 0, end: core.length }).done()
  await from.replicator.close()
  from.source.map.clear()
  one.destroy()
  await until(() => other.destroyed)
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve))
}

/** Long enough for whatever is under way in one process, over memory and RocksDB. */
async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve))
}

function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  return b4a.indexOf(bytes, part) !== -1
}

function no(): boolean {
  return false
}
