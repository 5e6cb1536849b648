import diagnostics from 'node:diagnostics_channel'
import b4a from 'b4a'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../kit/manual-clock.js'
import { offered, read, refused, side } from '../kit/side.js'
import { next } from '../kit/stored-cores.js'
import { destroyed, inMemory } from '../kit/wires.js'

test('stats() counts blocks and bytes, up and down, by stream and by core', async () => {
  const [near, far, third] = [side(), side(), side()]
  const ours = await near.source.get({ blocks: ['12345', '1234567890'] })
  const theirs = await far.source.get({ blocks: ['123'] })
  const [[one, other], [two, another]] = await Promise.all([inMemory(), inMemory()])
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  near.replicator.replicate(two)
  third.replicator.replicate(another)
  const copy = await far.source.get({ key: ours.key! })
  const twin = await third.source.get({ key: ours.key! })
  await Promise.all([read(copy, 0), read(copy, 1), read(twin, 1)])
  await read(await near.source.get({ key: theirs.key! }))

  const { streams, cores, ...all } = near.replicator.stats()
  const none = { denied: 0, errors: 0 }
  const traffic = { blocksUp: 3, bytesUp: 25, blocksDown: 1, bytesDown: 3 }
  expect(all).toMatchObject({ ...traffic, ...none, attached: 4 })
  const of = (stream: unknown): object => streams.find((figures) => figures.stream === stream)!
  expect(of(one)).toMatchObject({ blocksUp: 2, bytesUp: 15, blocksDown: 1, bytesDown: 3, attached: 2 })
  expect(of(two)).toMatchObject({ blocksUp: 1, bytesUp: 10, blocksDown: 0, bytesDown: 0, rttMs: null })
  expect(of(one)).toMatchObject({ remotePublicKey: other.publicKey })
  const core = cores.find(({ key }) => b4a.equals(key!, ours.key!))
  expect(core).toMatchObject({ ...none, blocksUp: 3, bytesUp: 25, blocksDown: 0, attached: 2 })

  await destroyed(two)
  expect(near.replicator.stats()).toMatchObject({ ...traffic, attached: 2, streams: [{ stream: one }] })
})

test('stats() counts refused opens, denials and errors', async () => {
  const near = side({
    policy: {
      announce: () => false,
      access: () => {
        throw new Error('no')
      }
    }
  })
  const far = side()
  const ours = await near.source.get({ blocks: ['a'] })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  await refused(await far.source.get({ key: ours.key! }), other)
  await refused(await far.source.get({ blocks: ['not here'] }), other)
  const figures = { denied: 2, errors: 1, refused: 2, attached: 0 } // not announced, not given
  const { cores, ...all } = near.replicator.stats()
  expect(all).toMatchObject({ ...figures, streams: [figures] })
  expect(cores).toMatchObject([{ key: ours.key, denied: 2, errors: 1 }])
})

test('the figures of a core go when it closes, and the sums keep them', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['12345'] })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  await read(await far.source.get({ key: ours.key! }))
  const before = near.replicator.stats()
  expect(before).toMatchObject({ blocksUp: 1, bytesUp: 5, cores: [{ blocksUp: 1, bytesUp: 5 }] })

  await ours.close()
  await ours.core!.close()
  near.source.map.clear()
  await read(await far.source.get({ key: (await near.source.get({ blocks: ['1'] })).key! }))
  const { cores, blocksUp, bytesUp } = near.replicator.stats()
  expect([cores.map((core) => core.bytesUp), blocksUp, bytesUp]).toEqual([[1], 2, 6])
})

test('close() leaves no monitor on a core', async () => {
  const near = side()
  const core = await near.source.get({ blocks: ['a'] })
  const [one] = await inMemory()
  const before = core.core!.monitors.length
  near.replicator.replicate(one)
  expect(core.core!.monitors).toHaveLength(before + 1)
  await near.replicator.close()
  expect(core.core!.monitors).toHaveLength(before)
})

test('a core that is monitored still tells its sessions, and extensions work', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['a'] })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const heard = new Promise((resolve) => ours.registerExtension('hi', { onmessage: resolve }))
  const added = next(ours, 'peer-add')
  const uploaded = next(ours, 'upload')
  const copy = await far.source.get({ key: ours.key! })
  const extension = copy.registerExtension('hi')
  await read(copy)
  await Promise.all([added, uploaded])
  extension.broadcast(b4a.from('there'))
  expect(String(await heard)).toBe('there')
})

test('every event is published on a diagnostics channel, with the replicator and what it carries', async () => {
  const seen: [string, Record<string, unknown>][] = []
  const names = ['stream-open', 'stream-close', 'attach', 'detach', 'denied', 'core-error']
  for (const name of names) {
    const channel = `manycore:replicator:${name}`
    const listener = (message: unknown): void => void seen.push([name, message as Record<string, unknown>])
    diagnostics.subscribe(channel, listener)
    onTestFinished(() => void diagnostics.unsubscribe(channel, listener))
  }
  let error: Error | null = null
  const access = (): boolean => {
    if (error !== null) throw error
    return true
  }
  const near = side({ policy: { access } })
  const ours = await near.source.get({ blocks: ['a'] })
  const [one] = await inMemory()
  near.replicator.replicate(one)
  await next(near.replicator, 'attach')
  error = new Error('no')
  await near.replicator.policyChanged()
  const closed = next(near.replicator, 'stream-close')
  one.destroy()
  await closed
  expect(seen.map(([name]) => name)).toEqual([
    'stream-open',
    'attach',
    'core-error',
    'detach',
    'denied',
    'stream-close'
  ])
  const { replicator } = near
  for (const [, message] of seen) expect(message.replicator === replicator).toBe(true)
  const [, attach, failed, , denied] = seen.map(([, message]) => message)
  expect([attach!.core === ours.core, attach!.stream === one]).toEqual([true, true])
  expect([failed!.error, denied!.question]).toEqual([error, 'access'])
})

test('setActive({ forMs }) offers cores for a while, and close() releases the timer', async () => {
  const clock = new ManualClock()
  const { timers } = clock
  const near = side({ active: false, clock, limits: { stalledMs: Infinity } })
  const core = await near.source.get({ blocks: ['a'] })
  const [one] = await inMemory()
  near.replicator.replicate(one)
  near.replicator.setActive({ forMs: 1000 })
  expect([near.replicator.active, offered(core, one)]).toEqual([true, true])
  expect([...timers.values()].map(({ ms }) => ms)).toEqual([1000])
  clock.run()
  expect(near.replicator.active).toBe(false)
  expect(offered(await near.source.get({ blocks: ['late'] }), one)).toBe(false)

  near.replicator.setActive({ forMs: 5 })
  near.replicator.setActive(true) // for good
  expect(timers.size).toBe(0)
  for (const bad of [{ forMs: 0 }, { forMs: -1 }, { forMs: NaN }, { forMs: 2 ** 31 }, {}, null, 'yes', 1]) {
    expect(() => near.replicator.setActive(bad as never)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field: 'active' })
    )
  }
  near.replicator.setActive({ forMs: 5 })
  await near.replicator.close()
  expect(timers.size).toBe(0)
})

test('cores of higher priority are attached first', async () => {
  const near = side({ policy: { priority: ({ length }) => length } })
  for (const length of [2, 4, 1, 3]) await near.source.get({ blocks: Array(length).fill('x') })
  const lengths: number[] = []
  const all = new Promise<void>((resolve) => {
    near.replicator.on('attach', (core) => {
      if (lengths.push(core.state!.length) === 4) resolve()
    })
  })
  const [one] = await inMemory()
  near.replicator.replicate(one)
  await all
  expect(lengths).toEqual([4, 3, 2, 1])
})
