import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import { expect, onTestFinished, test } from 'vitest'
import { pace } from '../../src/wire/frames/pace.js'
import { read, side } from '../kit/side.js'
import { overTcp } from '../kit/wires.js'
import { noteOffences } from './kit/offences.js'
import { peerOf } from './kit/open-peer.js'
import { connect, until } from './kit/silent-peer.js'

/** `Peer.push()` of hypercore's lib/replicator.js: an honest peer pushes what it knows nobody to have pushed. */
type Pushing = { push(index: number): Promise<void>; remoteBitfield: { get(index: number): boolean } }

test('what a second honest peer pushes of what is here is not checked again, and what is new is stored', async () => {
  const blocks = Array.from({ length: 100 }, (_, i) => `block ${i}`)
  const near = side()
  const far = side()
  const core = await far.source.get({ blocks })
  const offences = noteOffences(near.replicator)
  const [, stream] = await connect(near, far)
  const copy = await near.source.get({ key: core.key! })
  ;(copy.core!.replicator as unknown as { setAllowPush(to: boolean): void }).setAllowPush(true)
  const pushing = (await peerOf(core, stream)) as unknown as Pushing & { remoteAllowPush: boolean }
  for (const index of blocks.keys()) await read(copy, index)
  await until(() => pushing.remoteAllowPush)
  pushing.remoteBitfield.get = () => false // we have them from somebody else
  let checks = 0
  const inner = copy.core as unknown as { verify(...args: unknown[]): Promise<boolean> }
  const { verify } = inner
  inner.verify = (...args) => (checks++, verify.apply(inner, args))
  for (const index of blocks.keys()) await pushing.push(index)
  await core.append('new')
  await pushing.push(blocks.length)
  await until(() => copy.contiguousLength === blocks.length + 1)
  expect(offences).toEqual([])
  expect(checks).toBeLessThan(3) // of the new block, which we may have asked for as well
  expect(await read(copy, blocks.length)).toBe('new')
})

test('large blocks that are pushed to a core that takes pushes are read as fast as they come', async () => {
  const near = side()
  const far = side()
  const core = await far.source.get({ blocks: ['first'] })
  const [ours, theirs] = await overTcp()
  near.replicator.replicate(ours)
  const stream = far.replicator.replicate(theirs)
  const copy = await near.source.get({ key: core.key! })
  ;(copy.core!.replicator as unknown as { setAllowPush(to: boolean): void }).setAllowPush(true)
  expect(await read(copy)).toBe('first')
  const pushing = (await peerOf(core, stream)) as unknown as Pushing & { remoteAllowPush: boolean }
  await until(() => pushing.remoteAllowPush)
  const { ask } = pace
  onTestFinished(() => void (pace.ask = ask))
  let slow = 0
  pace.ask = (paced, bytes) => (slow++, ask.call(pace, paced, bytes))
  const come = (): number => (ours as unknown as { rawBytesRead: number }).rawBytesRead
  // Hypercore leaves out what it has been asked for meanwhile.
  for (let index = 1; index <= 12 && come() < 3e6; index++) {
    await core.append(b4a.alloc(2 ** 20, 'x') as never)
    await pushing.push(index)
    for (let turns = 0; turns < 50; turns++) await tick()
  }
  await until(() => come() > 3e6)
  expect(slow).toBe(0)
})
