import type { NoiseStream } from '@manycore/hypercore-types'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type ReplicationPolicy, Replicator } from '../../src/index.js'
import { side } from '../kit/side.js'
import { StoredCores } from '../kit/stored-cores.js'
import { inMemory } from '../kit/wires.js'

// What somebody else has put over our calls of a mux keeps them in place when the last replicator leaves. The next one put
// the same interceptors on top of them, and all of hypercore 11.39.5 went through each interceptor twice: the filter of one
// direction called itself without end, and every batch was one within a batch.
const policies: [name: string, policy: ReplicationPolicy][] = [
  ['no policy', {}],
  ['a policy of one direction', { access: () => true, download: () => false }]
]

test.each(policies)('a replicator may join again below a foreign createChannel(): %s', async (_, policy) => {
  const { stream, rejoin, copies } = await scene(policy)
  const mux = stream.userData as unknown as { createChannel(opts: object): unknown }
  const { createChannel } = mux
  let made = 0
  mux.createChannel = (opts) => {
    made++
    return createChannel.call(mux, opts)
  }
  await rejoin()
  await copies()
  expect(made).toBeGreaterThan(0)
})

test.each(policies)(
  'a replicator may join again below another copy of the package: %s',
  async (_, policy) => {
    const { near, stream, rejoin, copies } = await scene(policy)
    vi.resetModules()
    const copy = await import('../../src/index.js')
    expect(copy.Replicator).not.toBe(Replicator)
    const above = new copy.Replicator(near)
    above.replicate(stream)
    await rejoin()
    await copies()

    await above.close()
    await rejoin()
    await copies()
  }
)

/** A stream that a replicator with this policy has joined. */
async function scene(policy: ReplicationPolicy): Promise<{
  near: StoredCores
  stream: NoiseStream
  /** The replicator leaves, and another one joins. */
  rejoin: () => Promise<void>
  /** The other end copies a core whole, over many messages in one batch. */
  copies: () => Promise<void>
}> {
  const far = side()
  const near = new StoredCores()
  onTestFinished(() => near.close())
  const [stream, theirs] = await inMemory()
  const join = (): Replicator => {
    const replicator = new Replicator(near, { policy })
    replicator.on('core-error', (err) => expect.unreachable(err.stack))
    replicator.replicate(stream)
    return replicator
  }
  let replicator = join()
  onTestFinished(() => replicator.close())
  far.replicator.replicate(theirs)

  const rejoin = async (): Promise<void> => {
    await replicator.close()
    replicator = join()
  }
  const copies = async (): Promise<void> => {
    const blocks = Array.from({ length: 200 }, (_, block) => `block ${block}`)
    const core = await near.get({ blocks })
    const ours = await far.source.get({ key: core.key! })
    await Promise.race([
      ours.download({ start: 0, end: blocks.length }).done(),
      new Promise((_, reject) => stream.once('error', reject))
    ])
    expect(ours.contiguousLength).toBe(blocks.length)
  }
  return { near, stream, rejoin, copies }
}
