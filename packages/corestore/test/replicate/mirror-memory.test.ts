import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { append, connectAll, filled, opened } from '../kit/mirrors.js'

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
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setImmediate(resolve)) // a WeakRef lives until its turn ends
    collectGarbage()
  }
  // The last ones may still be on the stack of whoever worked on them.
  expect(cores.filter((core) => core.deref() !== undefined).length).toBeLessThan(10)
})
