import type { Hypercore } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import type { Corestore } from '../../../src/index.js'
import { blocks, connectAll, filled } from '../../kit/mirrors.js'

/** Opens and closes a core until it is told to stop. */
function churn(store: Corestore, name: string): () => Promise<void> {
  const churning = { isOver: false }
  const ended = (async () => {
    while (!churning.isOver) {
      const core = store.get({ name, notDownloadingLinger: 0 } as never) as Hypercore
      await core.ready()
      await core.close()
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  const stop = (): Promise<void> => ((churning.isOver = true), ended)
  onTestFinished(stop)
  return stop
}

test.each(['here', 'there'])(
  'a core that is opened and closed all the time %s is level only once it is',
  async (where) => {
    const [a, b] = [await filled(3, { mirror: true }), await filled(3, { mirror: true })]
    await connectAll([a, b], 'memory')
    await Promise.all([a.synced(), b.synced()])
    const stop = churn(where === 'here' ? a : b, 'core 1')
    const all = ['first']
    for (let i = 0; i < 5; i++) {
      all.push(`more ${i}`)
      const core = a.get({ name: 'core 1', notDownloadingLinger: 0 } as never) as Hypercore
      await core.append(all.at(-1)!)
      await core.close()
      await a.synced()
      expect(await blocks(b, 'core 1')).toEqual(all)
    }
    await stop()
  }
)
