import { downloadOnly, uploadOnly } from '@manycore/replicator'
import { expect, test } from 'vitest'
import { append, blocks, connectAll, filled } from '../../kit/mirrors.js'

test('what a policy denies is not mirrored, until the policies change, and not after they change back', async () => {
  const denied = new Set(['core 1'])
  const policy = { access: ({ name }: { name: string | null }) => !denied.has(name ?? '') }
  const [a, b] = [await filled(4, { mirror: true, policy }), await filled(4, { mirror: true })]
  await append(a, 'core 1', 'second')
  await append(a, 'core 2', 'second')
  await connectAll([a, b], 'memory')
  const level = (): Promise<unknown> => Promise.all([a.synced(), b.synced()])
  await level()
  expect(await blocks(b, 'core 1')).toEqual(['first'])
  expect(await blocks(b, 'core 2')).toEqual(['first', 'second'])

  denied.clear()
  await a.policyChanged()
  await level()
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])

  denied.add('core 1')
  await a.policyChanged()
  await level()
  await append(a, 'core 1', 'third')
  await append(a, 'core 2', 'third')
  await level()
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
  expect(await blocks(b, 'core 2')).toEqual(['first', 'second', 'third'])
})

test('a change of the policies about one core is about that core only', async () => {
  const denied = new Set(['core 1'])
  const policy = { access: ({ name }: { name: string | null }) => !denied.has(name ?? '') }
  const [a, b] = [await filled(4, { mirror: true, policy }), await filled(4, { mirror: true })]
  await append(a, 'core 1', 'second')
  await connectAll([a, b], 'memory')
  await a.synced()
  const core = a.get({ name: 'core 1', active: false })
  await core.ready()
  denied.clear()
  await a.policyChanged({ core: core.key! })
  await a.synced() // and b has answered whether it has the core, and what
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
  denied.add('core 1')
  await a.policyChanged({ core: core.key! })
  await core.append('third')
  await append(a, 'core 2', 'second')
  await a.synced()
  expect(await blocks(b, 'core 2')).toEqual(['first', 'second'])
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
})

test('a policy of one stream holds for its peer only', async () => {
  const [a, b, c] = [
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true }),
    await filled(3, { mirror: true })
  ]
  await append(a, 'core 1', 'second')
  await connectAll([a, b], 'memory', { policy: { access: ({ name }) => name !== 'core 1' } })
  await connectAll([a, c], 'memory')
  await Promise.all([a, b, c].map((store) => store.synced()))
  expect(await blocks(b, 'core 1')).toEqual(['first'])
  expect(await blocks(c, 'core 1')).toEqual(['first', 'second'])
})

test.each([
  ['gives and does not take', uploadOnly(), 1, 2],
  ['takes and does not give', downloadOnly(), 2, 1]
] as const)(
  'a store that %s waits for nothing else, nor does its peer',
  async (_what, policy, here, there) => {
    const [a, b] = [await filled(3, { mirror: true, policy }), await filled(3, { mirror: true })]
    const opens: unknown[] = []
    await append(a, 'core 1', 'second')
    await append(b, 'core 2', 'second')
    for (const store of [a, b]) store.on('core-open', (core) => void opens.push(core))
    await connectAll([a, b], 'memory')
    await Promise.all([a.synced(), b.synced()])
    expect(opens.length).toBe(2) // the one core that may go, at both ends
    expect((await blocks(a, 'core 2')).length).toBe(here)
    expect((await blocks(b, 'core 1')).length).toBe(there)
  }
)
