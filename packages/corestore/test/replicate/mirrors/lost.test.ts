import { setImmediate as turn } from 'node:timers/promises'
import b4a from 'b4a'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { CoreName, ReplicationPolicy } from '@manycore/replicator'
import type { Hypercore } from '@manycore/hypercore-types'
import type { Corestore, CorestoreOptions } from '../../../src/index.js'
import { CoreStates } from '../../../src/stored/core-states.js'
import { append, blocks, connectAll, filled } from '../../kit/mirrors.js'

/** Two stores with the same cores, connected and level. */
async function two(first: CorestoreOptions, second: CorestoreOptions): Promise<[Corestore, Corestore]> {
  const [a, b] = [await filled(3, { mirror: true, ...first }), await filled(3, { mirror: true, ...second })]
  await connectAll([a, b], 'memory')
  await level(a, b)
  return [a, b]
}

async function level(...stores: Corestore[]): Promise<void> {
  await Promise.all(stores.map((store) => store.synced()))
}

async function clear(store: Corestore, name: string, index: number): Promise<void> {
  const core = store.get({ name, active: false }) as Hypercore
  await core.ready()
  await core.clear(index)
  await core.close()
}

interface HeldRead {
  readonly discoveryKey: Uint8Array
  /** Resolves once it waits. */
  readonly reading: Promise<void>
  /** Resolves once it is over. */
  release(): Promise<void>
}

/** Has the next read of a core wait that a store makes. */
async function heldRead(store: Corestore, name: string): Promise<HeldRead> {
  const { read } = CoreStates.prototype
  const reads = vi.spyOn(CoreStates.prototype, 'read')
  onTestFinished(() => reads.mockRestore())
  await append(store, 'core 2', 'one more')
  await store.synced()
  const [states] = reads.mock.contexts // the other store hears of it later
  const core = store.get({ name, active: false }) as Hypercore
  await core.ready()
  const discoveryKey = core.discoveryKey!
  await core.close()
  let release!: () => void
  let over!: () => void
  const released = new Promise<void>((resolve) => (release = resolve))
  const isOver = new Promise<void>((resolve) => (over = resolve))
  const reading = new Promise<void>((resolve) => {
    reads.mockImplementation(async function (this: CoreStates, discoveryKeys) {
      if (this !== states || !b4a.equals(discoveryKeys[0]!, discoveryKey))
        return read.call(this, discoveryKeys)
      resolve()
      await released
      const cores = await read.call(this, discoveryKeys)
      setImmediate(over)
      return cores
    })
  })
  return { discoveryKey, reading, release: () => (release(), isOver) }
}

test('a core that the policies have denied since is waited for no more', async () => {
  const denied = new Set<string>()
  const access = ({ name }: { name?: CoreName | string | null }): boolean => !denied.has(String(name))
  const [a, b] = await two({ policy: { access } as never }, {})
  denied.add('core 1')
  const core = a.get({ name: 'core 1', active: false }) as Hypercore
  await core.ready()
  await a.policyChanged({ core: core.key! })
  await core.close()
  await append(b, 'core 1', 'second')
  await level(a, b)
  expect(await blocks(a, 'core 1')).toEqual(['first'])
})

test('a core that a peer tells of while the policies deny it is waited for no more', async () => {
  const denied = new Set<string | null>()
  const access: ReplicationPolicy['access'] = ({ name }) => !denied.has(name)
  const [a, b] = await two({ policy: { access } }, {})
  const { discoveryKey, reading, release } = await heldRead(a, 'core 1')
  await clear(b, 'core 1', 0)
  await reading
  denied.add('core 1')
  const changed = a.policyChanged({ core: discoveryKey })
  await release()
  await changed
  await level(a, b)
  const core = b.get({ name: 'core 1', active: false }) as Hypercore
  await core.ready()
  expect(await core.has(0)).toBe(false)
  await core.close()
})

test('a peer that leaves while a core is read for it is no failure', async () => {
  const [a, b] = await two({ policy: { access: () => true } }, {})
  const c = await filled(3, { mirror: true })
  await connectAll([a, c], 'memory')
  const problems: Error[] = []
  a.replicator.on('limited', (err) => problems.push(err))
  a.replicator.on('core-error', (err) => problems.push(err))
  const { discoveryKey, reading, release } = await heldRead(a, 'core 1')
  const changed = a.policyChanged({ core: discoveryKey })
  await reading
  const closed = new Promise((resolve) => a.replicator.once('stream-close', resolve))
  for (const { stream } of b.replicator.streams.records) stream.destroy()
  await closed
  await turn()
  await release()
  await changed
  await level(a, c)
  expect(problems).toEqual([])
})

test('what has changed while the last peer left does not keep the next one waiting', async () => {
  const [a, b] = await two({ policy: { access: () => true } }, {})
  const { reading, release } = await heldRead(a, 'core 1')
  await clear(a, 'core 1', 0)
  await reading
  await clear(a, 'core 0', 0)
  const closed = new Promise((resolve) => a.replicator.once('stream-close', resolve))
  for (const { stream } of b.replicator.streams.records) stream.destroy()
  await closed
  await turn()
  await release()
  const c = await filled(0, { mirror: true }) // nothing of a's is opened for it, and so found changed
  await connectAll([a, c], 'memory')
  await level(a, c)
  expect(a.syncView().isLevel).toBe(true)
})

test('a core that the other end mirrors no more is waited for no more', async () => {
  const [a, b] = await two({}, { mirror: { filter: ({ length }) => length < 2 } })
  await append(a, 'core 1', 'second')
  await level(a, b)
  await append(a, 'core 1', 'third')
  await level(a, b)
  expect(await blocks(a, 'core 1')).toEqual(['first', 'second', 'third'])
})

test('what is cleared of a level core comes back, each time', async () => {
  const [a, b] = await two({}, {})
  for (const times of [1, 2, 3]) {
    await clear(b, 'core 1', 0)
    await level(a, b)
    expect([times, await blocks(b, 'core 1')]).toEqual([times, ['first']])
  }
})

test('a change that could not be read at first is read again', async () => {
  const policy = { access: () => true }
  const [a, b] = await two({ policy }, { policy })
  const read = vi.spyOn(CoreStates.prototype, 'read')
  onTestFinished(() => read.mockRestore())
  read.mockRejectedValueOnce(new Error('once')).mockRejectedValueOnce(new Error('twice'))
  const errors: string[] = []
  for (const store of [a, b]) store.replicator.on('core-error', (err: Error) => errors.push(err.message))
  const arrived = new Promise((resolve) => b.replicator.on('attach', resolve))
  await append(a, 'core 1', 'second')
  await arrived
  await level(a, b)
  expect(await blocks(b, 'core 1')).toEqual(['first', 'second'])
  expect(errors).toEqual(['twice'])
})
