import b4a from 'b4a'
import { boolean } from 'fast-check'
import type { Hypercore } from '@manycore/hypercore-types'
import { type Call, storeCall, TOPIC } from './call.js'
import type { Store } from '../kit/store.js'
import { hex } from './world.js'

/** Calls about groups and other stores. */
export const peerCalls: Record<string, Call> = {
  notifyGroup: storeCall(1, { topic: TOPIC }, async (store, { topic }, world) => {
    const handle = store.notifyGroup(b4a.alloc(32, topic))
    handle.on('update', ({ key, length, fork }) => {
      world.groupUpdates.push(`${topic}: ${hex(key)} ${length} ${fork}`)
    })
    world.handles.push(handle)
  }),

  destroyNotify: storeCall(1, {}, async (_store, _args, world) => world.handles.pop()?.destroy()),

  // In the order of the clock, so only which cores are there is compared.
  groupUpdates: storeCall(1, { topic: TOPIC }, async (store, { topic }) => {
    const handle = store.notifyGroup(b4a.alloc(32, topic))
    const keys = []
    for await (const key of handle.updates()) keys.push(hex(key))
    handle.destroy()
    return keys.toSorted()
  }),

  findingPeers: storeCall(1, { twice: boolean() }, async (store, { twice }) => {
    const done = store.findingPeers()
    done()
    if (twice) done()
  }),

  replicate: storeCall(3, { initiator: boolean() }, async (store, { initiator }, world) => {
    const connection = connect(store, world.mirror, initiator)
    const copies = []
    for (const key of world.keys) {
      if (world.cleared.has(hex(key))) continue
      const source = store.get({ key })
      const copy = world.mirror.get({ key })
      copies.push(await Promise.race([copied(source, copy), connection.lost]))
      await source.close()
      await copy.close()
    }
    await connection.close()
    return copies
  })
}

/** Two stores, one stream piped into the other. */
function connect(
  a: Store,
  b: Store,
  isInitiator: boolean
): { lost: Promise<never>; close(): Promise<unknown> } {
  const near = a.replicate(isInitiator)
  const far = b.replicate(!isInitiator)
  const lost = new Promise<never>((_resolve, reject) => near.once('error', reject))
  lost.catch(() => {}) // looked at only while copying
  far.on('error', () => {})
  const closed = [near, far].map(
    (stream) => new Promise((resolve) => stream.once('close', () => resolve(null)))
  )
  near.pipe(far).pipe(near)
  return {
    lost,
    close: async () => {
      near.destroy()
      await Promise.all(closed)
    }
  }
}

/** Waits until `copy` is as long as `source`, then fetches every block that `source` has. */
async function copied(source: Hypercore, copy: Hypercore): Promise<unknown> {
  await source.ready()
  await copy.ready()
  if (source.length === 0) return 'empty'
  while (copy.fork !== source.fork || copy.length < source.length) {
    await new Promise((resolve) => {
      copy.once('append', () => resolve(undefined))
      copy.once('truncate', () => resolve(undefined))
    })
  }
  const blocks = []
  for (let i = 0; i < source.length; i++) blocks.push((await source.has(i)) ? await copy.get(i) : null)
  return { fork: copy.fork, length: copy.length, blocks }
}
