import b4a from 'b4a'
import type { Hypercore } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { openStore } from '../kit/open-store.js'
import type { Store } from '../kit/store.js'

/** Two stores, replicating until the end of the test. */
async function connected(
  near: ReturnType<typeof openStore>,
  far: ReturnType<typeof openStore>
): Promise<void> {
  const disconnect = await connectOverTcp(near as unknown as Store, far as unknown as Store)
  onTestFinished(disconnect)
}

async function filled(store: ReturnType<typeof openStore>, name: string): Promise<Hypercore> {
  const core = store.get({ name })
  await core.append(b4a.from(`this is ${name}`))
  return core
}

test('cores go both ways, also those of namespaces and those made while connected', async () => {
  const [a, b] = [openStore(), openStore()]
  const [one, two] = [await filled(a, 'one'), await filled(b.namespace('x'), 'two')]
  await connected(a, b)
  expect(b4a.toString(await b.get(one.key!).get(0))).toBe('this is one')
  expect(b4a.toString(await a.namespace('y').get(two.key!).get(0))).toBe('this is two')
  const three = await filled(a.session(), 'three')
  expect(b4a.toString(await b.get(three.key!).get(0))).toBe('this is three')
})

test('a stored core that is closed is opened for a peer that asks, and closes again', async () => {
  const [a, b] = [openStore({ lingerMs: 0 }), openStore({ lingerMs: 0 })]
  const core = await filled(a, 'one')
  const closed = new Promise((resolve) => a.once('core-close', resolve))
  await core.close()
  await closed
  await connected(a, b)
  const copy = b.get({ key: core.key!, notDownloadingLinger: 0 })
  expect(b4a.toString(await copy.get(0))).toBe('this is one')
  const closedAgain = new Promise((resolve) => a.once('core-close', resolve))
  await copy.close()
  await closedAgain
})

test('a passive store announces nothing and answers whoever asks', async () => {
  const [a, b] = [openStore({ active: false }), openStore()]
  const mine = await filled(a, 'one')
  await connected(a, b)
  expect(b4a.toString(await b.get(mine.key!).get(0))).toBe('this is one')
})

test('a core that fails to open leaves the others replicating', async () => {
  const [a, b] = [openStore(), openStore()]
  const [good, bad] = [await filled(a, 'good'), await filled(a, 'bad')]
  await Promise.all([good.close(), bad.close()])
  const { open } = a.cores
  a.cores.open = (discoveryKey) =>
    b4a.equals(discoveryKey, bad.discoveryKey!)
      ? Promise.reject(new Error('disk on fire'))
      : open.call(a.cores, discoveryKey)
  await connected(a, b)
  const broken = b.get(bad.key!)
  await broken.ready()
  expect(b4a.toString(await b.get(good.key!).get(0))).toBe('this is good')
  expect(b.streamTracker.records[0]!.stream.destroyed).toBe(false)
})
