import Hypercore from 'hypercore'
import b4a from 'b4a'
import type * as t from '@manycore/hypercore-types'
import { describe, expect, onTestFinished, test } from 'vitest'
import { offered, read, refused, side } from './kit/side.js'
import { next, StoredCores } from './kit/stored-cores.js'
import { inMemory, overTcp, pipe } from './kit/wires.js'
import { temporaryDirectory } from './kit/temporary-directory.js'

describe.each([
  ['in memory', inMemory],
  ['over TCP', overTcp]
])('%s', (_, wire) => {
  test('cores of both sides go both ways over one stream', async () => {
    const [near, far] = [side(), side()]
    const ours = await Promise.all(
      ['a', 'b', 'c'].map((name) => near.source.get({ blocks: [name, `${name}2`] }))
    )
    const theirs = await Promise.all(['x', 'y'].map((name) => far.source.get({ blocks: [name] })))
    const copies = await Promise.all(ours.map((core) => far.source.get({ key: core.key! })))
    const mirrors = await Promise.all(theirs.map((core) => near.source.get({ key: core.key! })))

    const [one, other] = await wire()
    near.replicator.replicate(one)
    far.replicator.replicate(other)

    expect(await Promise.all(copies.map((core) => read(core, 1)))).toEqual(['a2', 'b2', 'c2'])
    expect(await Promise.all(mirrors.map((core) => read(core)))).toEqual(['x', 'y'])
    expect(near.replicator.streams.records).toHaveLength(1)
  })

  test('a core added later on either side is replicated on the open stream', async () => {
    const [near, far] = [side(), side()]
    const [one, other] = await wire()
    near.replicator.replicate(one)
    far.replicator.replicate(other)

    const ours = await near.source.get({ blocks: ['near'] })
    expect(await read(await far.source.get({ key: ours.key! }))).toBe('near')
    const theirs = await far.source.get({ blocks: ['far'] })
    expect(await read(await near.source.get({ key: theirs.key! }))).toBe('far')

    await ours.append(b4a.from('more'))
    expect(await read(await far.source.get({ key: ours.key! }), 1)).toBe('more')
  })
})

test('streams that replicate() makes are piped by the caller', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['hello'] })
  const copy = await far.source.get({ key: ours.key! })
  pipe(near.replicator.replicate(true), far.replicator.replicate(false))
  expect(await read(copy)).toBe('hello')
})

test('a core that the other side lacks is refused, and the others go on', async () => {
  const [near, far] = [side(), side()]
  const lacking = await far.source.get({ blocks: ['only here'] })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)

  await refused(lacking, other)
  expect(near.source.map.size).toBe(0)
  const shared = await near.source.get({ blocks: ['shared'] })
  expect(await read(await far.source.get({ key: shared.key! }))).toBe('shared')
})

test('a stored core is loaded when a remote asks, without a session and without wanting data', async () => {
  const far = side()
  const directory = temporaryDirectory()
  const before = new StoredCores(directory)
  const { key, discoveryKey } = await before.get({ blocks: ['from disk'] })
  await before.close()
  const { source: after, replicator } = side({}, new StoredCores(directory))

  const copy = await far.source.get({ key: key! })
  const [one, other] = await inMemory()
  replicator.replicate(one)
  far.replicator.replicate(other)
  expect(after.map.size).toBe(0)
  expect(await read(copy)).toBe('from disk')
  const loaded = after.map.get(b4a.toString(discoveryKey!, 'hex'))!
  expect([loaded.hasSession(), loaded.replicator.downloading]).toEqual([false, false])
})

test('a core that wants no data is not offered, but served when asked for', async () => {
  const [near, far] = [side(), side()]
  const idle = await near.source.get({ blocks: ['quiet'] }, { active: false })
  const [one, other] = await inMemory()
  const attached: t.InnerCore[] = []
  near.replicator.on('attach', (core) => attached.push(core))
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  expect(attached).toEqual([])

  expect(await read(await far.source.get({ key: idle.key! }))).toBe('quiet')
  expect(attached).toEqual([idle.core])
})

test('an inactive replicator offers nothing, serves who asks, and offers all once active', async () => {
  const [near, far] = [side({ active: false }), side({ active: false })]
  const wanted = await far.source.get({ blocks: ['w'] })
  const copy = await near.source.get({ key: wanted.key! })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const late = await near.source.get({ blocks: ['late'] })
  for (const core of [copy, late]) expect(offered(core, one)).toBe(false)

  near.replicator.setActive(true)
  expect(near.replicator.active).toBe(true)
  for (const core of [copy, late]) expect(offered(core, one)).toBe(true)
  expect(await read(copy)).toBe('w')

  near.replicator.setActive(false)
  const after = await near.source.get({ blocks: ['after'] })
  expect(offered(after, one)).toBe(false)
  expect(offered(copy, one)).toBe(true)
})

test('on a stream taken with active: false no core is offered, and the others are as before', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['a'] })
  const [[quiet], [one, other]] = await Promise.all([inMemory(), inMemory()])
  near.replicator.replicate(quiet, { active: false })
  near.replicator.replicate(one)
  const late = await near.source.get({ blocks: ['b'] })
  near.replicator.setActive(true)
  for (const core of [ours, late]) expect([offered(core, quiet), offered(core, one)]).toEqual([false, true])
  far.replicator.replicate(other)
  expect(await read(await far.source.get({ key: late.key! }))).toBe('b')
})

test('two replicators share one stream', async () => {
  const [first, second, far] = [side(), side(), side()]
  const one = await first.source.get({ blocks: ['first'] }, { active: false })
  const two = await second.source.get({ blocks: ['second'] }, { active: false })
  const [near, other] = await inMemory()
  first.replicator.replicate(near)
  second.replicator.replicate(near)
  far.replicator.replicate(other)
  expect(await read(await far.source.get({ key: one.key! }))).toBe('first')
  expect(await read(await far.source.get({ key: two.key! }))).toBe('second')

  await first.replicator.close()
  const three = await second.source.get({ blocks: ['third'] }, { active: false })
  expect(await read(await far.source.get({ key: three.key! }))).toBe('third')
})

test('a plain Hypercore on the other side needs no replicator', async () => {
  const near = side()
  const ours = await near.source.get({ blocks: ['plain'] })
  const copy: t.Hypercore = new Hypercore<Uint8Array>(temporaryDirectory(), ours.key)
  onTestFinished(() => copy.close())
  await copy.ready()
  pipe(near.replicator.replicate(true), copy.replicate(false))
  expect(await read(copy)).toBe('plain')
})

test('events say what was attached to which stream, and when streams come and go', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['a'] })
  const events: unknown[] = []
  for (const event of ['stream-open', 'stream-close'] as const) {
    near.replicator.on(event, (...args: unknown[]) => void events.push([event, ...args]))
  }
  for (const event of ['attach', 'detach'] as const) {
    near.replicator.on(event, (core, stream) => events.push([event, core, stream]))
  }
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  near.replicator.detach(ours)
  const closed = next(near.replicator, 'stream-close')
  one.destroy()
  await closed
  expect(events).toEqual([
    ['attach', ours.core, one],
    ['stream-open', one],
    ['detach', ours.core, one],
    ['stream-close', one, null]
  ])
})
