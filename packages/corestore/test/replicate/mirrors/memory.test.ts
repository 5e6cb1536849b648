import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import { append, connectAll, filled, opened } from '../../kit/mirrors.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('nothing is left of cores that mirrors have opened, however long their stream stays', async () => {
  const stores = [await filled(100, { mirror: true }), await filled(100, { mirror: true })] as const
  await connectAll([...stores], 'memory')
  for (const store of stores) await store.synced()
  const cores: WeakRef<object>[] = []
  for (const store of stores) store.watch((core) => void cores.push(new WeakRef(core)))
  for (let i = 0; i < 100; i++) {
    const closed = opened(stores[1], 1)
    await append(stores[0], `core ${i}`, 'second')
    await closed
  }
  expect(cores.length).toBeGreaterThanOrEqual(200)
  // The last ones may still be closing, or be on the stack of whoever worked on them.
  const isLeft = (core: WeakRef<object>): boolean => core.deref() !== undefined
  await vi.waitFor(
    () => {
      collectGarbage()
      expect(cores.filter(isLeft).length).toBeLessThan(10)
    },
    { timeout: 10_000 }
  )
})
