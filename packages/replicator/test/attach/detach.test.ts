import { randomBytes } from 'node:crypto'
import Hypercore from 'hypercore'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { InnerCore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { next } from '../kit/stored-cores.js'
import { offered, read, refused, side } from '../kit/side.js'
import { destroyed, inMemory, pipe } from '../kit/wires.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

test('detach closes the channel, refuses the remote that asks again, and lasts until attach', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['a', 'b'] })
  const copy = await far.source.get({ key: ours.key! })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  expect(await read(copy)).toBe('a')

  const removed = next(copy, 'peer-remove')
  near.replicator.detach(ours)
  expect(ours.peers).toEqual([])
  await removed
  far.replicator.detach(copy)
  far.replicator.attach(copy) // asks again
  await refused(copy, other)

  const blocked = copy.get(1)
  near.source.emit('downloading', ours.core) // begins to want data again
  expect(offered(ours, one)).toBe(false)
  near.replicator.attach(ours)
  expect(offered(ours, one)).toBe(true)
  expect(String(await blocked)).toBe('b')
})

test('detach on one stream leaves the others, everywhere covers streams opened later', async () => {
  const near = side()
  const core = await near.source.get({ blocks: ['a'] })
  const [[one], [two], [three], [four]] = await Promise.all([inMemory(), inMemory(), inMemory(), inMemory()])
  near.replicator.replicate(one)
  near.replicator.replicate(two)
  near.replicator.detach(core, one)
  expect([one, two].map((stream) => offered(core, stream))).toEqual([false, true])

  near.replicator.detach(core)
  near.replicator.replicate(three)
  expect([one, two, three].map((stream) => offered(core, stream))).toEqual([false, false, false])

  near.replicator.attach(core, two)
  near.replicator.replicate(four)
  expect([one, two, three, four].map((stream) => offered(core, stream))).toEqual([false, true, false, false])

  near.replicator.attach(core)
  expect([one, two, three, four].map((stream) => offered(core, stream))).toEqual([true, true, true, true])
})

test('detach during the handshake closes what the handshake opens', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['a'] })
  const shared = await near.source.get({ blocks: ['shared'] })
  const copy = await far.source.get({ key: ours.key! }, { active: false })
  const [stream, remote] = [near.replicator.replicate(true), far.replicator.replicate(false)]
  near.replicator.detach(ours)
  pipe(stream, remote)
  expect(await read(await far.source.get({ key: shared.key! }))).toBe('shared')
  expect([ours.peers, copy.peers]).toEqual([[], []])
  expect(stream.noiseStream.userData!.opened({ protocol: 'hypercore/alpha', id: ours.discoveryKey })).toBe(
    false
  )
})

test('attach offers a core that wants no data, while inactive too, and waits for one that opens', async () => {
  const [near, far] = [side({ active: false }), side()]
  const idle = await near.source.get({ blocks: ['idle'] }, { active: false })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  near.replicator.attach(idle)
  expect(offered(idle, one)).toBe(true)

  const key = randomBytes(32)
  const opening: InnerCore = near.source.load({ key, discoveryKey: Hypercore.discoveryKey(key) })
  const attached = next<[InnerCore]>(near.replicator, 'attach')
  near.replicator.attach(opening)
  expect(opening.replicator.attached(one.userData!)).toBe(false)
  expect((await attached)[0]).toBe(opening)
})

test('a stream that is not replicated is no error, for it may just have closed', async () => {
  const near = side()
  const core = await near.source.get({ blocks: ['a'] })
  const [one] = await inMemory()
  near.replicator.replicate(one)
  await destroyed(one)
  near.replicator.attach(core, one)
  near.replicator.detach(core, one)
  expect(near.replicator.streams.records).toEqual([])
})

test('what is no core, an unopened core without a key, or no stream is a BAD_ARGUMENT', async () => {
  const near = side()
  const core = await near.source.get({ blocks: ['a'] })
  const unopened = new Hypercore(temporaryDirectory())
  for (const call of ['attach', 'detach'] as const) {
    for (const bad of [undefined, null, 7, 'core', {}, unopened]) {
      expect(() => near.replicator[call](bad as InnerCore)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field: 'core' })
      )
    }
    for (const bad of [null, 7, {}, true]) {
      expect(() => near.replicator[call](core, bad as unknown as NoiseSecretStream)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field: 'stream' })
      )
    }
  }
  await unopened.close()
})
