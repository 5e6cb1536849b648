import { expect, test } from 'vitest'
import { uploadOnly } from '@manycore/replicator'
import { append, connectAll, filled } from '../../kit/mirrors.js'

// The peer gives, and takes nothing: it stays behind, so that the core differs all the time.
test.each([
  ['in memory', { filter: () => true }],
  ['that is kept', true as const]
])(
  'a core that was purged and is made again is not level with a peer that has it (an index %s)',
  async (_, mirror) => {
    const [store, peer] = [
      await filled(3, { mirror }),
      await filled(3, { mirror: true, policy: uploadOnly() })
    ]
    for (const block of ['second', 'third']) await append(store, 'core 1', block)
    await connectAll([store, peer], 'memory')
    await Promise.all([store.synced(), peer.synced()])
    const core = store.get({ name: 'core 1', active: false })
    await core.ready()
    const { key } = core
    await core.purge()
    const again = store.get({ key: key!, active: false })
    await again.ready()
    expect(again.length).toBe(0)
    let views = 0
    const isSeen = (): boolean =>
      store
        .syncView()
        .streams.some(({ entries }) => entries.some((each) => each.length === 0 && !each.isLevel))
    while (!isSeen() && views++ < 5000) await new Promise((resolve) => setImmediate(resolve))
    expect(isSeen()).toBe(true)
  }
)
