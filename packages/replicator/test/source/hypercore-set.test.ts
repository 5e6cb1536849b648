import Hypercore from 'hypercore'
import b4a from 'b4a'
import type { Hypercore as Core } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { HypercoreSet, Replicator } from '../../src/index.js'
import { next } from '../kit/stored-cores.js'
import { read } from '../kit/side.js'
import { overTcp, pipe } from '../kit/wires.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

test('plain Hypercores replicate over one stream, also while they are still opening', async () => {
  const [a, b, mine] = [open(), open(), open()]
  await Promise.all([a.append(b4a.from('a')), b.append(b4a.from('b')), mine.append(b4a.from('mine'))])
  const [copyA, copyB, theirs] = [open(a.key!), open(b.key!), open(mine.key!)]
  const near = replicate([a, b, theirs])
  const far = replicate([copyA, copyB, mine])
  const [one, other] = await overTcp()
  near.replicate(one)
  far.replicate(other)
  expect(await Promise.all([read(copyA), read(copyB), read(theirs)])).toEqual(['a', 'b', 'mine'])
})

test('a Hypercore that is reopened from its directory is served though its key is not known at first', async () => {
  const directory = temporaryDirectory()
  const before = new Hypercore(directory)
  await before.append(b4a.from('stored'))
  const copy = open(before.key!)
  await before.close()
  const near = replicate([open(null, directory)])
  const far = replicate([copy])
  pipe(near.replicate(true), far.replicate(false))
  expect(await read(copy)).toBe('stored')
})

test('close() does not wait for a Hypercore that never opens, and one that opens later is left alone', async () => {
  let go = (): void => {}
  const late = new Hypercore(temporaryDirectory(), null, {
    preload: new Promise((resolve) => (go = () => resolve({})))
  } as object)
  const never = new Hypercore(temporaryDirectory(), null, { preload: new Promise(() => {}) } as object)
  const replicator = Replicator.of([late, never])
  await replicator.close()
  go()
  await late.ready()
  await late.append(b4a.from('still open'))
  expect(late.core!.replicator.peers).toEqual([])
  await late.close()
})

test('a core that is added later is replicated on the open stream', async () => {
  const [nearSet, farSet] = [new HypercoreSet(), new HypercoreSet()]
  const [near, far] = [new Replicator(nearSet), new Replicator(farSet)]
  onTestFinished(async () => {
    await Promise.all([near, far, nearSet, farSet].map((each) => each.close()))
  })
  pipe(near.replicate(true), far.replicate(false))
  const core = open()
  await core.append(b4a.from('late'))
  const copy = open(core.key!)
  nearSet.add(core)
  farSet.add(copy)
  expect(await read(copy)).toBe('late')
  expect([nearSet.size, [...farSet]]).toEqual([1, [copy.core]])
})

test('a core leaves when its last session closes, and the set keeps none open', async () => {
  const set = new HypercoreSet()
  onTestFinished(() => set.close())
  const core = open()
  const session = core.session()
  set.add(core)
  expect(await set.open((await ready(core)).discoveryKey!)).toBe(core.core)
  await core.close()
  expect(set.size).toBe(1)
  const inner = session.core!
  await session.close()
  expect([set.size, inner.closed]).toEqual([0, true])
})

test('adding a core twice, or another session of it, changes nothing', async () => {
  const set = new HypercoreSet()
  onTestFinished(() => set.close())
  const core = await ready(open())
  const errors: Error[] = []
  set.on('core-error', (err) => errors.push(err))
  for (const each of [core, core, core.session()]) set.add(each)
  await set.open(b4a.alloc(32)) // waits for all that are entering
  expect([set.size, errors]).toEqual([1, []])
})

test('one Hypercore that cannot open is a core-error, and the others replicate', async () => {
  const failing = new Hypercore(temporaryDirectory(), null, { createIfMissing: false })
  const core = open()
  await core.append(b4a.from('fine'))
  const copy = open(core.key!)
  const near = Replicator.of([failing, core])
  const failed = next<[Error, object]>(near, 'core-error')
  onTestFinished(() => near.close())
  const far = replicate([copy])
  pipe(near.replicate(true), far.replicate(false))
  expect(await failed).toEqual([
    expect.objectContaining({ code: 'STORAGE_EMPTY' }),
    { discoveryKey: null, stream: null }
  ])
  expect(await read(copy)).toBe('fine')
})

test('a second core with the same discovery key is a core-error', async () => {
  const core = await ready(open())
  const twin = await ready(open(core.key!))
  const set = new HypercoreSet([core])
  onTestFinished(() => set.close())
  await set.open(core.discoveryKey!)
  const failed = next<[Error, Core]>(set, 'core-error')
  set.add(twin)
  expect(await failed).toEqual([expect.objectContaining({ code: 'DUPLICATE_CORE' }), twin])
  expect([...set]).toEqual([core.core])
})

test('close gives the downloading slot back to whoever had it, in any order of closing', async () => {
  const core = await ready(open(null, undefined, { active: false }))
  const slots = core.core!.replicator
  const calls: string[] = []
  slots.ondownloading = () => calls.push('first owner')
  const sets = [new HypercoreSet([core]), new HypercoreSet([core])]
  for (const [i, set] of sets.entries()) {
    await set.open(core.discoveryKey!)
    set.on('downloading', () => calls.push(`set ${i}`))
  }
  core.setActive(true)
  expect(calls.toSorted()).toEqual(['first owner', 'set 0', 'set 1'])

  await sets[0]!.close()
  calls.length = 0
  slots.ondownloading()
  expect(calls.toSorted()).toEqual(['first owner', 'set 1'])
  await sets[1]!.close()
  calls.length = 0
  slots.ondownloading()
  expect(calls).toEqual(['first owner'])
})

test('close forgets the cores, leaves them open, and refuses more', async () => {
  const core = await ready(open())
  const near = Replicator.of([core])
  const set = new HypercoreSet([core])
  const entering = new HypercoreSet([core])
  await set.open(core.discoveryKey!)
  await Promise.all([near.close(), set.close(), entering.close()])
  expect([[...set], [...entering], core.opened]).toEqual([[], [], true])
  expect(core.sessions).toEqual([core])
  expect(core.core!.replicator.ondownloading).toBe(null)
  expect(() => set.add(core)).toThrow(expect.objectContaining({ code: 'REPLICATOR_CLOSED' }))
})

test.each([null, 7, {}, [null], ['core'], [{}]])('Replicator.of(%j) is a BAD_ARGUMENT', (bad) => {
  expect(() => Replicator.of(bad as Iterable<Core>)).toThrow(
    expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field: 'hypercores' })
  )
})

test.each([undefined, null, 7, {}, []])('new Replicator(%j) is a BAD_ARGUMENT', (bad) => {
  expect(() => new Replicator(bad as unknown as HypercoreSet)).toThrow(
    expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field: 'source' })
  )
})

function open(key: Uint8Array | null = null, directory = temporaryDirectory(), opts: object = {}): Core {
  const core: Core = new Hypercore<Uint8Array>(directory, key, opts)
  onTestFinished(() => core.close())
  return core
}

async function ready(core: Core): Promise<Core> {
  await core.ready()
  return core
}

function replicate(cores: Core[]): Replicator {
  const replicator = Replicator.of(cores)
  onTestFinished(() => replicator.close())
  return replicator
}
