import b4a from 'b4a'
import type { Hypercore } from '@manycore/hypercore-types'
import { systemClock } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import { expect, test } from 'vitest'
import { offered, read, side, type Side } from '../kit/side.js'
import { next } from '../kit/stored-cores.js'
import { destroyed, inMemory, type Wire } from '../kit/wires.js'
import { flat, usage } from './kit/handles.js'
import { type OpenPeer, peerOf } from './kit/open-peer.js'
import { carriesOn, joined } from './kit/stage.js'

interface Node {
  hash: Uint8Array
}

/** What a peer sends when it is asked for data; hypercore 11.37.1 lib/messages.js, wire.data. */
interface Data {
  request: number
  fork: number
  block: { index: number; value: Uint8Array; nodes: Node[] } | null
  upgrade: { nodes: Node[]; signature: Uint8Array } | null
  manifest: { signers: { publicKey: Uint8Array }[] } | null
}

const LIES: [string, (data: Data) => Data][] = [
  [
    'value of a block',
    (data) => ({ ...data, block: data.block && { ...data.block, value: b4a.from('lie') } })
  ],
  [
    'tree node of a block',
    (data) => ({ ...data, block: data.block && { ...data.block, nodes: bent(data.block.nodes) } })
  ],
  [
    'tree node of an upgrade',
    (data) => ({ ...data, upgrade: data.upgrade && { ...data.upgrade, nodes: bent(data.upgrade.nodes) } })
  ],
  [
    'signature of an upgrade',
    (data) => ({
      ...data,
      upgrade: data.upgrade && { ...data.upgrade, signature: flipped(data.upgrade.signature) }
    })
  ],
  [
    'manifest',
    (data) => ({
      ...data,
      manifest: data.manifest && {
        ...data.manifest,
        signers: data.manifest.signers.map((signer) => ({ ...signer, publicKey: flipped(signer.publicKey) }))
      }
    })
  ]
]

test.each(LIES)(
  'a wrong %s is a BAD_PROOF and is not taken; an honest peer gives the block',
  async (_, lie) => {
    const { near, writer, core, ours } = await liar(lie)
    const failed = next<[Error & { code: string }, object]>(near.replicator, 'core-error')
    const before = await usage()
    const wanted = core.get(1)
    const [err, info] = await failed
    expect([err.code, info]).toEqual(['BAD_PROOF', { discoveryKey: core.discoveryKey, stream: ours }])
    expect(await core.has(1)).toBe(false)
    expect(ours.destroyed).toBe(false)

    const [one, other] = await inMemory()
    near.replicator.replicate(one)
    writer.replicator.replicate(other)
    expect(b4a.toString((await wanted)!)).toBe('b')
    await destroyed(ours)
    await flat(before)
    await carriesOn(near, await joined(near))
  }
)

test.each([
  ['with a wrong signature', otherHistory],
  ['that do not fit (INVALID_OPERATION)', unfitting]
])(
  'a peer that sends wrong proofs %s has that core closed on its stream, with two events',
  async (_, wrong) => {
    let told: Data | null = null
    const frozen = { ...systemClock, now: () => 0 } // all of it in one second
    const { near, core, ours, peer } = await liar((data) => {
      if (data.upgrade) told = data
      return data
    }, frozen)
    const other = await near.source.get({ blocks: ['other'] })
    expect(await read(core, 0)).toBe('a')
    const before = await usage()
    const detached = next(near.replicator, 'detach')
    for (let i = 0; i < 200; i++) peer.wireData.send(wrong(told!))
    await detached
    await closeOf(core, ours)
    expect(near.errors.map(({ err }) => (err as { code?: string }).code)).toEqual(['BAD_PROOF', 'BAD_PROOF'])
    expect(near.errors[1]!.err.message).toContain('so were 62 more')
    expect(near.replicator.stats().errors).toBe(64)
    expect([ours.destroyed, offered(core, ours), offered(other, ours)]).toEqual([false, false, true])
    await destroyed(ours)
    await flat(before)
    await carriesOn(near, await joined(near))
  }
)

interface Lied {
  near: Side
  /** has the core, and is not connected */
  writer: Side
  /** our copy, of which we have nothing */
  core: Hypercore
  /** our stream to the liar */
  ours: Wire[0]
  /** the liar's end */
  peer: OpenPeer
}

/** We are connected to a peer that has all of a core, and changes what it sends of it. */
async function liar(lie: (data: Data) => Data, clock: Clock = systemClock): Promise<Lied> {
  const [near, liar, writer] = [side({ clock }), side(), side()]
  const source = await writer.source.get({ blocks: ['a', 'b', 'c'] })
  const their = await liar.source.get({ key: source.key! })
  const [one, other] = await inMemory()
  writer.replicator.replicate(one)
  liar.replicator.replicate(other)
  for (let i = 0; i < source.length; i++) await read(their, i)
  await destroyed(one)

  const core = await near.source.get({ key: source.key! })
  const [ours, theirs] = await inMemory()
  near.replicator.replicate(ours)
  liar.replicator.replicate(theirs)
  const peer = await peerOf(their, theirs)
  const { wireData } = peer
  peer.wireData = { send: (data) => wireData.send(lie(data as Data)) }
  return { near, writer, core, ours, peer }
}

function bent(nodes: Node[]): Node[] {
  return nodes.map((node) => ({ ...node, hash: flipped(node.hash) }))
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = b4a.from(bytes)
  copy[0]! ^= 1
  return copy
}

/** What nobody asked for: of a fork that does not exist. */
function otherHistory(data: Data): object {
  const upgrade = { ...data.upgrade, signature: flipped(data.upgrade!.signature) }
  return { ...data, request: 0, fork: data.fork + 1, block: null, upgrade }
}

/** What nobody asked for: without the nodes that it needs. */
function unfitting(data: Data): object {
  return { ...data, request: 0, fork: data.fork + 1, block: null, upgrade: { ...data.upgrade, nodes: [] } }
}

/** Resolves once our channel of the core is gone. */
async function closeOf(core: Hypercore, { userData }: Wire[0]): Promise<void> {
  await userData!.getLastChannel({ protocol: 'hypercore/alpha', id: core.discoveryKey })?.fullyClosed()
}
