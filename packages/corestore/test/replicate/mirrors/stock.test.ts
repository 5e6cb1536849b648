import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import { expect, onTestFinished, test } from 'vitest'
import { connectOverTcp } from '../../kit/connect-over-tcp.js'
import { openStore } from '../../kit/open-store.js'
import { PatientClock } from '../../kit/patient-clock.js'
import { Stock7, type Store } from '../../kit/store.js'
import { temporaryDirectory } from '../../kit/temporary-directory.js'

test.each([true, false])(
  'a stored core that a stock peer offers is downloaded whole, as it grows (mirror: %s)',
  async (mirror) => {
    const stock = new Stock7(temporaryDirectory())
    onTestFinished(() => stock.close())
    const core = stock.get({ name: 'a' })
    await core.append(['one', 'two'].map((text) => b4a.from(text)))
    const store = openStore({ mirror, lingerMs: 0 }, new MemoryEngine())
    const copy = store.get({ key: core.key!, active: false })
    await copy.ready()
    await copy.close() // stored, and nobody has a session of it
    const attached = new Promise((resolve) => store.replicator.once('attach', resolve))
    onTestFinished(await connectOverTcp(stock, store as unknown as Store))
    await attached
    const look = store.get({ key: core.key!, active: false }) // it wants nothing, and is told of what comes
    await look.ready()
    await core.append(b4a.from('three'))
    if (!mirror) {
      await core.update({ wait: false })
      expect(look.contiguousLength).toBe(0)
      return
    }
    while (look.contiguousLength < 3) await new Promise((resolve) => look.once('download', resolve))
    expect(await look.has(0, 3)).toBe(true)
  }
)

test.each(['before', 'after'])(
  'with a stock peer, synced() waits for all that was offered, also %s the mirror was started',
  async (when) => {
    const stock = new Stock7(temporaryDirectory())
    onTestFinished(() => stock.close())
    const store = openStore({ lingerMs: 0 }, temporaryDirectory())
    const cores = Array.from({ length: 8 }, (_, i) => stock.get({ name: `core ${i}` }))
    for (const core of cores) {
      await core.append(Array.from({ length: 20 }, (_, i) => b4a.from(`block ${i}`)))
      const copy = store.get({ key: core.key!, active: false })
      await copy.ready()
      await copy.close()
    }
    if (when === 'after') store.mirror()
    let attached = 0
    const offered = new Promise<void>((resolve) => {
      store.replicator.on('attach', () => ++attached === cores.length && resolve())
    })
    onTestFinished(await connectOverTcp(stock, store as unknown as Store))
    await offered
    if (when === 'before') store.mirror()
    await store.synced()
    for (const core of cores) {
      const copy = store.get({ key: core.key!, active: false })
      await copy.ready()
      expect([copy.length, await copy.has(0, 20)]).toEqual([20, true])
    }
  }
)

test('what a stock peer did not have when it offered a core is tried again after a while', async () => {
  const [stock, writer] = [new Stock7(temporaryDirectory()), new Stock7(temporaryDirectory())]
  onTestFinished(() => stock.close())
  onTestFinished(() => writer.close())
  const core = writer.get({ name: 'a' })
  await core.append(['one', 'two', 'three'].map((text) => b4a.from(text)))
  const clock = new PatientClock()
  const store = openStore({ mirror: true, lingerMs: 0, clock }, new MemoryEngine())
  const end = await connectOverTcp(writer, store as unknown as Store)
  const copy = store.get({ key: core.key! })
  await copy.get(0)
  await copy.close()
  await end()
  const look = store.get({ key: core.key!, active: false }) // the core stays open, and is offered once
  await look.ready()
  const theirs = stock.get({ key: core.key! })
  onTestFinished(await connectOverTcp(stock, store as unknown as Store))
  await theirs.get(0)
  await store.synced() // it has no more than the store has
  onTestFinished(await connectOverTcp(stock, writer))
  await theirs.download({ start: 0, end: 3 }).done()
  expect(await look.has(0, 3)).toBe(false)
  while (look.contiguousLength < 3) {
    clock.pass(30_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})
