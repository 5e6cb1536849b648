import { expect, test } from 'vitest'
import type { Corestore } from '../../../src/index.js'
import { append, blocks, connectAll, connectShared, filled, heldMirrors } from '../../kit/mirrors.js'

const mirror = (): Promise<Corestore> => filled(4, { mirror: true })
const level = (...stores: Corestore[]): Promise<unknown> => Promise.all(stores.map((store) => store.synced()))

/** A store with these cores, of which others have the same. */
async function holding(...names: string[]): Promise<Corestore> {
  const store = await filled(0, { mirror: true })
  for (const name of names) await append(store, name, 'first')
  return store
}

test('two stores at one end of a stream are level with one at the other', async () => {
  const [a, b, far] = [await holding('left'), await holding('right'), await holding('left', 'right')]
  await append(far, 'left', 'second')
  await append(b, 'right', 'second')
  connectShared([a, b], [far])
  await level(a, b, far)
  expect(await blocks(a, 'left')).toEqual(['first', 'second'])
  expect(await blocks(far, 'right')).toEqual(['first', 'second'])
})

test('two stores at each end of a stream are level', async () => {
  const near = [await holding('left'), await holding('right')]
  const far = [await holding('right'), await holding('left')]
  await append(near[0]!, 'left', 'second')
  await append(far[0]!, 'right', 'second')
  connectShared(near, far)
  await level(...near, ...far)
  expect(await blocks(far[1]!, 'left')).toEqual(['first', 'second'])
  expect(await blocks(near[1]!, 'right')).toEqual(['first', 'second'])
})

test('a store that leaves a shared stream is waited for by nobody, and the others go on', async () => {
  const [a, b, far] = [await mirror(), await mirror(), await mirror()]
  connectShared([a, b], [far])
  await level(a, b, far)
  await a.close()
  await append(far, 'core 1', 'second')
  await level(b, far)
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
})

test.each([
  ['a star', [[0, 1], [0, 2], [0, 3]]], // prettier-ignore
  ['a ring', [[0, 1], [1, 2], [2, 3], [3, 0]]] // prettier-ignore
] as const)('four mirrors in %s are level', async (_shape, streams) => {
  const stores = [await mirror(), await mirror(), await mirror(), await mirror()]
  for (const [i, store] of stores.entries()) await append(store, `core ${i}`, 'second')
  for (const [i, j] of streams) await connectAll([stores[i]!, stores[j]!], 'memory')
  const all = (store: Corestore): Promise<string[][]> =>
    Promise.all([0, 1, 2, 3].map((i) => blocks(store, `core ${i}`)))
  // What one has, its neighbour tells the next: a path has two streams at most.
  for (let hop = 0; hop < 2; hop++) await level(...stores)
  for (const store of stores) expect(await all(store)).toEqual([0, 1, 2, 3].map(() => ['first', 'second']))
})

test('a core that becomes the same while it is compared is level', async () => {
  let changed = (): void => {}
  const filter = ({ length }: { length: number }): boolean => (length === 2 && changed(), true)
  const [a, b] = [await filled(2, { mirror: { filter } }), await filled(2, { mirror: true })]
  await append(b, 'core 0', 'second')
  const { arrived, release } = heldMirrors([a, b])
  await arrived // b has answered with what it has, and a has not looked at it
  const read = new Promise<void>((resolve) => (changed = resolve))
  await append(a, 'core 0', 'second') // the same that b has
  await read
  release()
  await Promise.all([a.synced(), b.synced()])
  expect(await blocks(a, 'core 0')).toEqual(['first', 'second'])
})

test('a peer that changes its policies is not level before it has compared anew', async () => {
  const denied = new Set(['core 1'])
  const policy = { access: ({ name }: { name: string | null }) => !denied.has(name ?? '') }
  const [a, b] = [await filled(2, { mirror: true, policy }), await filled(2, { mirror: true })]
  await append(a, 'core 1', 'second')
  await connectAll([a, b], 'memory')
  await Promise.all([a.synced(), b.synced()])
  denied.clear()
  for (let i = 0; i < 5; i++) void a.policyChanged() // what is under way from or to the one before is void
  await a.synced()
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
  await append(b, 'core 0', 'second')
  await b.synced() // nor does anybody wait for those before
})

test('what a peer does not compare any more is not waited for', async () => {
  const denied = new Set<string>()
  const policy = { access: ({ name }: { name: string | null }) => !denied.has(name ?? '') }
  const [a, b] = [await filled(2, { mirror: true, policy }), await filled(2, { mirror: true })]
  await connectAll([a, b], 'memory')
  await Promise.all([a.synced(), b.synced()])
  const core = a.get({ name: 'core 1', active: false })
  await core.ready()
  denied.add('core 1')
  await a.policyChanged({ core: core.key! })
  await append(b, 'core 1', 'second')
  await Promise.all([a.synced(), b.synced()])
  expect(await blocks(a, 'core 1')).toEqual(['first'])
})
