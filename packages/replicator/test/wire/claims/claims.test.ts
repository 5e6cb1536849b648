import type { Peer } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { MAX_WAITING_CLAIMS } from '../../../src/defaults.js'
import { PAGE } from '../../../src/wire/claims/claiming-peer.js'
import { connected, type Connected, sync } from '../../hostile/kit/open-peer.js'
import { seed, seeded } from '../../hostile/kit/random.js'
import { carriesOn, joined } from '../../hostile/kit/stage.js'
import { until } from '../../kit/policed.js'
import { read, side, type Side } from '../../kit/side.js'
import { StoredCores } from '../../kit/stored-cores.js'
import { temporaryDirectory } from '../../kit/temporary-directory.js'
import { inMemory } from '../../kit/wires.js'

/** Hypercore's own Peer, without what we replace on it. */
interface Upstream extends Peer {
  _remoteHasBlock(index: number): boolean
  remoteContiguousLength: number
}

const LENGTH = 2 * PAGE + 1000

test('Hypercore hears what a remote says, as far as the core reaches, and the rest once it reaches there', async () => {
  const random = seeded(seed())
  const at = await ours(LENGTH)
  const { peer, core } = at
  const model = new Set<number>()
  const say = (drop: boolean, start: number, length: number): void => {
    peer.wireRange.send({ drop, start, length })
    for (let i = start; i < start + length; i++) {
      if (drop) model.delete(i)
      else model.add(i)
    }
  }
  const within = (): [number, number] => {
    const start = random(3) === 0 ? random(LENGTH + 2000) : Math.max(1, random(3) * PAGE - 50 + random(100))
    return [start, [1, random(300), random(PAGE), random(LENGTH)][random(4)]!]
  }
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 8; i++) {
      const [start, length] = within()
      if (random(5) === 0) say(false, 0, start)
      else if (random(6) > 0) say(random(2) === 0, start, length)
      else {
        const words = Uint32Array.from(
          { length: random(1200) },
          () => [0, 0xffffffff, random(2 ** 32)][random(3)]!
        )
        const first = Math.floor(random(LENGTH - words.length * 32) / 32) * 32
        peer.wireBitfield.send({ start: first, bitfield: words })
        for (const [j, word] of words.entries()) {
          for (let bit = 0; bit < 32; bit++) {
            if ((word >>> bit) & 1) model.add(first + j * 32 + bit)
            else model.delete(first + j * 32 + bit)
          }
        }
      }
    }
    await at.fence()
    expect(differences(at, model)).toEqual([])
  }
  await core.append(Array.from({ length: LENGTH }, () => 'grown'))
  await at.fence()
  expect(model.size).toBeGreaterThan(0)
  expect(differences(at, model)).toEqual([])
})

test('claims beyond a core write nothing, and none of them is stored', async () => {
  const directory = temporaryDirectory()
  const near = side({}, new StoredCores(directory))
  const { peer, core, fence } = await ours(10, near)
  const written = countHints(core.core!)
  for (let i = 1; i <= 1000; i++) peer.wireRange.send({ drop: false, start: 0, length: 1000 + i })
  for (let i = 1; i <= 1000; i++) peer.wireRange.send({ drop: false, start: 5000 + 2 * i, length: 1 })
  await fence()
  expect([written(), core.remoteContiguousLength]).toEqual([1, 10])
  await near.replicator.close()
  await near.source.close()

  const again = new StoredCores(directory)
  const stored = await again.get({ key: core.key! })
  const { hints } = stored.core!.header as unknown as { hints: { remoteContiguousLength: number } }
  expect(hints.remoteContiguousLength).toBe(10)
  await again.close()
})

test('a claim that waits is told of in the hint once the core reaches there', async () => {
  const { peer, core, fence } = await ours(10)
  peer.wireRange.send({ drop: false, start: 0, length: 15 })
  await fence()
  expect(core.remoteContiguousLength).toBe(10)
  await core.append(Array.from({ length: 20 }, () => 'grown'))
  await fence()
  expect(core.remoteContiguousLength).toBe(15)
})

test('of a core that is said to be whole, all but one block that is dropped are still there', async () => {
  const { upstream, peer, core, fence } = await ours(3 * PAGE)
  const whole = core.length
  peer.wireRange.send({ drop: false, start: 0, length: whole + PAGE })
  peer.wireRange.send({ drop: true, start: 7, length: 1 })
  await fence()
  expect([6, 7, 8, whole - 1].map((i) => hypercoreHas(upstream, i))).toEqual([true, false, true, true])
  expect([whole, whole + PAGE - 1, whole + PAGE].map((i) => upstream._remoteHasBlock(i))).toEqual([
    true,
    true,
    false
  ])
  expect(hypercoreHas(upstream, whole)).toBe(false)
})

const CONTRADICTIONS: [string, (at: Connected) => unknown][] = [
  ['a range', ({ peer }) => peer.wireRange.send({ drop: false, start: 1, length: 2 ** 27 - 2 })],
  ['a range from 0', ({ peer }) => peer.wireRange.send({ drop: false, start: 0, length: 2 ** 36 })],
  ['one block', ({ peer }) => peer.wireRange.send({ drop: false, start: 1000, length: 1 })]
]

test.each(CONTRADICTIONS)('%s beyond the length that comes next closes the channel', async (_, claim) => {
  const at = await connected({ blocks: ['a', 'b'] })
  const { near, peer, core, ours: stream, offences } = at
  claim(at)
  expect(offences).toEqual([])
  peer.wireSync.send(sync({ length: 2, remoteLength: 2 }))
  await until(() => offences.length > 0)
  expect(offences.map(({ err }) => err.code)).toEqual(['BAD_CLAIM'])
  expect([core.peers.length, stream.destroyed]).toEqual([0, false])
  await carriesOn(near, await joined(near))
})

test('a claim that comes before its sync waits for it, and one of another fork goes', async () => {
  const { peer, upstream, offences, fence } = await ours(10)
  peer.wireRange.send({ drop: false, start: 20, length: 5 })
  peer.wireSync.send(sync({ length: 25, remoteLength: 10, canUpgrade: false }))
  peer.wireRange.send({ drop: false, start: 0, length: 30 })
  peer.wireSync.send(sync({ length: 22, remoteLength: 10, fork: 1, canUpgrade: false, uploading: false }))
  await fence()
  expect([19, 21, 22, 24, 29].map((i) => upstream._remoteHasBlock(i))).toEqual([
    true,
    true,
    false,
    false,
    false
  ])
  expect(offences).toEqual([])
})

test.each([
  { what: 'claims', drop: false },
  { what: 'gaps in a claim', drop: true }
])('more $what that wait than an honest peer makes close the channel', async ({ drop }) => {
  const { core, peer, offences } = await connected()
  if (drop) peer.wireRange.send({ drop: false, start: 0, length: 2 ** 30 })
  for (let i = 1; i <= MAX_WAITING_CLAIMS + 1; i++) peer.wireRange.send({ drop, start: 2 * i, length: 1 })
  await until(() => offences.some(({ err }) => err.code === 'BAD_CLAIM'))
  expect(core.peers).toEqual([])
})

test('a bitfield that nobody asked for is bound to what is announced, and an impossible one ends the stream', async () => {
  const far = await ours(10)
  far.peer.wireBitfield.send({ start: 0, bitfield: new Uint32Array(0) })
  far.peer.wireBitfield.send({ start: 0, bitfield: new Uint32Array([0b1011]) })
  await far.fence()
  expect([0, 1, 2, 3].map((i) => hypercoreHas(far.upstream, i))).toEqual([true, true, false, true])
  far.peer.wireBitfield.send({ start: 2 ** 20, bitfield: new Uint32Array(4).fill(-1) })
  await far.fence()
  expect(far.upstream._remoteHasBlock(2 ** 20)).toBe(false)
  far.peer.wireBitfield.send({ start: 0, bitfield: new Uint32Array(2 ** 21) })
  await until(() => far.offences.length > 0)
  expect(far.offences[0]!.err.code).toBe('BAD_CLAIM')

  const { peer, offences, closed } = await connected()
  peer.wireBitfield.send({ start: 33, bitfield: new Uint32Array(4) })
  await closed
  expect(offences.map(({ err }) => err.code)).toEqual(['BAD_FRAME'])
})

test('a bitfield that nobody asked for may say what lies within the announced length', async () => {
  const { peer, offences, fence } = await ours(10)
  const announced = 3 * 2 ** 21
  peer.wireSync.send(sync({ length: announced, remoteLength: 10, canUpgrade: false }))
  peer.wireBitfield.send({ start: announced - 128, bitfield: new Uint32Array(4).fill(-1) })
  await fence()
  expect(offences).toEqual([])
})

test('the pages of cores as long as they are claimed count for their stream, until the channel closes', async () => {
  const near = side({ limits: { pagesPerStream: 2 } })
  const { peer, far, core, ours: stream, offences, closed } = await connected({ near })
  await core.append(Array.from({ length: 3 * PAGE }, () => ''))
  const claim = (page: number): unknown =>
    peer.wireRange.send({ drop: false, start: page * PAGE + 1, length: 5 })
  claim(0)
  claim(0)
  claim(1)
  expect(await read(await far.source.get({ key: core.key! }), 5)).toBe('')
  expect(offences).toEqual([])
  claim(2)
  await closed
  expect(offences.map(({ err, stream: of }) => [err.code, of])).toEqual([['TOO_MANY_PAGES', stream]])
})

test('a sparse core is copied from a remote that holds blocks all over it', async () => {
  const length = 6 * PAGE
  const [writer, holder, reader] = [side(), side(), side({ limits: { pagesPerStream: 6 } })]
  const source = await writer.source.get({
    blocks: Array.from({ length }, (_, i) => (i % 1000 === 0 ? `${i}` : ''))
  })
  await link(writer.replicator, holder.replicator)
  const held = await holder.source.get({ key: source.key! })
  const blocks = Array.from({ length: Math.ceil(length / 1000) }, (_, i) => i * 1000)
  await held.download({ blocks }).done()
  await writer.replicator.close()

  await link(holder.replicator, reader.replicator)
  const copy = await reader.source.get({ key: source.key! })
  await copy.download({ blocks }).done()
  expect(await read(copy, 5000)).toBe('5000')
  expect([copy.length, reader.errors, holder.errors]).toEqual([length, [], []])
})

type Ours = Connected & {
  upstream: Upstream
  /** Resolves once all that the remote has sent was worked on. */
  fence: () => Promise<void>
}

/** A core of ours of so many blocks, and a remote that has one of them. */
async function ours(length: number, near: Side = side()): Promise<Ours> {
  const at = await connected({ near, blocks: Array.from({ length }, (_, i) => (i === 0 ? 'a' : '')) })
  const upstream = at.core.peers[0] as Upstream
  const copy = await at.far.source.get({ key: at.core.key! })
  let next = 1
  const fence = async (): Promise<void> => {
    await copy.get(next++)
  }
  return { ...at, upstream, fence }
}

/** Has Hypercore itself heard that the remote has the block? */
function hypercoreHas(upstream: Upstream, index: number): boolean {
  const { Peer } = (upstream as unknown as { replicator: { constructor: { Peer: { prototype: Upstream } } } })
    .replicator.constructor
  return Peer.prototype._remoteHasBlock.call(upstream, index)
}

/** Blocks of which Hypercore, or what stands between, has heard something else than the remote has said. */
function differences({ upstream, core }: Ours, model: ReadonlySet<number>): number[] {
  const all = Array.from({ length: core.length + 3 * PAGE }, (_, i) => i)
  return all.filter((i) => {
    if (i < core.length) return hypercoreHas(upstream, i) !== model.has(i)
    return upstream._remoteHasBlock(i) !== model.has(i)
  })
}

/** How often hints are written from now on. */
function countHints(core: object): () => number {
  const hinting = core as { hintsChanged: boolean; flushHints(): Promise<void> }
  const { flushHints } = hinting
  let count = 0
  hinting.flushHints = () => {
    if (hinting.hintsChanged) count++
    return flushHints.call(hinting)
  }
  return () => count
}

async function link(one: Side['replicator'], other: Side['replicator']): Promise<void> {
  const [ours, theirs] = await inMemory()
  one.replicate(ours)
  other.replicate(theirs)
}
