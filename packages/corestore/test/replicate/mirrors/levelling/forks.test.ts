import b4a from 'b4a'
import type { Hypercore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { connectAll, blocks, filled } from '../../../kit/mirrors.js'
import type { Corestore } from '../../../../src/index.js'

async function change(store: Corestore, fn: (core: Hypercore) => Promise<unknown>): Promise<void> {
  const core = store.get({ name: 'core 1', notDownloadingLinger: 0 } as never) as Hypercore
  await core.ready()
  await fn(core)
  const closed = new Promise((resolve) => store.once('core-close', resolve))
  await core.close()
  await closed
}

test('a fork that is shorter than what is here is whole by the time that the core is let go of', async () => {
  const [near, far] = [await filled(3, { mirror: true }), await filled(3, { mirror: true })]
  const many = Array.from({ length: 9 }, (_, i) => b4a.from(`block ${i}`))
  for (const store of [near, far]) await change(store, (core) => core.append(many))
  await change(near, async (core) => {
    await core.truncate(5)
    await core.append(b4a.from('new'))
  })
  const closed = new Promise((resolve) => far.once('core-close', resolve))
  await connectAll([near, far], 'memory')
  await closed
  expect(await blocks(far, 'core 1')).toEqual(['first', 'block 0', 'block 1', 'block 2', 'block 3', 'new'])
})
