import { once } from 'node:events'
import type { Hypercore, ProtocolStream } from '@manycore/hypercore-types'
import { expect } from 'vitest'
import type { Limits } from '../../../src/index.js'
import type { Sync } from '../../../src/wire/messages.js'
import { read, side, type Side } from '../../kit/side.js'
import { inMemory, type Wire } from '../../kit/wires.js'
import { noteOffences, type Offence } from './offences.js'
import { closed } from './stage.js'

/** One kind of message of an open channel. */
interface Message {
  send(message: object): boolean
}

interface Count {
  rx: number
  tx: number
}

/** A peer as Hypercore has it (`Peer` of lib/replicator.js): what is sent is the test's. */
export interface OpenPeer {
  /** `_localId`: its number (`Channel` of protomux 3.12.1) */
  channel: { _localId: number }
  wireSync: Message
  wireRequest: Message
  wireCancel: Message
  wireData: Message
  wireNoData: Message
  wireRange: Message
  wireExtension: Message
  wireBitfield: Message
  wireWant: Message
  wireUnwant: Message
  stats: { wireSync: Count; wireRequest: Count; wireData: Count; wireBitfield: Count }
}

/** What asks for a block. */
export function request(id: number, index: number): object {
  const nothing = { hash: null, seek: null, upgrade: null, manifest: false, priority: 0 }
  return { id, fork: 0, block: { index, nodes: 0 }, ...nothing }
}

/** What a peer says of itself: that it has so many blocks, and takes ours for as many as it likes. */
export function sync(fields: Partial<Sync> = {}): Sync {
  const flags = { canUpgrade: true, uploading: true, downloading: true, hasManifest: true, allowPush: false }
  return { fork: 0, length: 1, remoteLength: 1, ...flags, ...fields }
}

export interface Connected {
  near: Side
  far: Side
  /** of our side: what the remote has read a block of */
  core: Hypercore
  /** the remote's own, to send what it likes */
  peer: OpenPeer
  ours: Wire[0]
  theirs: Wire[1]
  offences: Offence[]
  closed: Promise<boolean>
}

export interface ConnectedOptions {
  limits?: Partial<Limits>
  near?: Side
  blocks?: string[]
  wire?: () => Promise<Wire>
}

/** One remote that has read a block of ours, and could go on. */
export async function connected({
  limits = {},
  near = side({ limits }),
  blocks = ['a'],
  wire = inMemory
}: ConnectedOptions = {}): Promise<Connected> {
  const far = side()
  const core = await near.source.get({ blocks })
  const [ours, theirs] = await wire()
  const offences = noteOffences(near.replicator)
  near.replicator.replicate(ours)
  far.replicator.replicate(theirs)
  const copy = await far.source.get({ key: core.key! })
  expect(await read(copy)).toBe(blocks[0])
  return { near, far, core, peer: await peerOf(copy, theirs), ours, theirs, offences, closed: closed(ours) }
}

/** The channel of a core on a stream, or on any, once it is open. */
export async function peerOf(core: Hypercore, stream?: ProtocolStream): Promise<OpenPeer> {
  for (;;) {
    const peer = core.peers.find(({ protomux }) => !stream || protomux.stream === stream.noiseStream)
    if (peer) return peer as unknown as OpenPeer
    await once(core as unknown as NodeJS.EventEmitter, 'peer-add')
  }
}
