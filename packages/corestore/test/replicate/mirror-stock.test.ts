import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import { expect, onTestFinished, test } from 'vitest'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { openStore } from '../kit/open-store.js'
import { Stock7, type Store } from '../kit/store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

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
