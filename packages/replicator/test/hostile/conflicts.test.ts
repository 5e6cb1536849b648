import b4a from 'b4a'
import Hypercore from 'hypercore'
import crypto from 'hypercore-crypto'
import type { Hypercore as Session } from '@manycore/hypercore-types'
import { expect, test, vi } from 'vitest'
import { offered, read, side, type Side } from '../kit/side.js'
import { next } from '../kit/stored-cores.js'
import { destroyed, inMemory } from '../kit/wires.js'
import { flat, usage } from './kit/handles.js'
import { carriesOn, joined } from './kit/stage.js'

test('two signed histories close that core with a CONFLICT, and no other, nor a stream', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {}) // Hypercore's own
  const [near, forger] = [side(), side()]
  const honest = await joined(near)
  const keyPair = crypto.keyPair()
  const first = await signed(honest, keyPair, ['a', 'b'])
  const copy = await near.source.get({ key: first.key! })
  expect(await read(copy, 1)).toBe('b')

  const other = await near.source.get({ blocks: ['other'] })
  await signed(forger, keyPair, ['A', 'B'])
  const before = await usage()
  const [ours, theirs] = await inMemory()
  near.replicator.replicate(ours)
  const conflict = next<[number, number, object]>(copy, 'conflict')
  const closed = next(copy, 'close')
  // The honest peer is asked as well: it must not have been faster.
  near.replicator.detach(copy, near.replicator.streams.records[0]!.stream)
  forger.replicator.replicate(theirs)
  const wanted = copy.get(0).catch((err: Error) => err)
  expect((await conflict).slice(0, 2)).toEqual([2, 0])
  await closed
  expect(await wanted).toBeInstanceOf(Error)

  const info = { discoveryKey: first.discoveryKey, stream: ours }
  expect(near.errors.map(({ err, info }) => [(err as { code?: string }).code, info])).toEqual([
    ['BAD_PROOF', info],
    ['CONFLICT', info]
  ])
  expect([ours.destroyed, offered(copy, ours), offered(other, ours)]).toEqual([false, false, true])
  await carriesOn(near, honest)
  await carriesOn(near, forger)
  await destroyed(ours)
  await flat(before)
  expect(near.replicator.streams.records).toHaveLength(1)
  log.mockRestore()
})

/** A core that anybody with the key pair may have written. */
async function signed(
  { source }: Side,
  keyPair: { publicKey: Uint8Array; secretKey: Uint8Array },
  blocks: string[]
): Promise<Session> {
  const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
  const key = Hypercore.key(manifest)
  const core = source.load({ key, keyPair, manifest, discoveryKey: crypto.discoveryKey(key) })
  const session = source.session(core)
  await session.append(blocks.map((block) => b4a.from(block)))
  return session
}
