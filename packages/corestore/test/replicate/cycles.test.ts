import type { EventEmitter } from 'node:events'
import { queryObjects } from 'node:v8'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { Clock } from '@manycore/replicator'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Corestore, CorestoreOptions } from '../../src/index.js'
import { filled, inMemory } from '../kit/mirrors.js'

const CYCLES = 110

/** A clock that knows which timers have neither run nor been cleared. */
class CountingClock implements Clock {
  readonly pending = new Set<NodeJS.Timeout>()

  now(): number {
    return Date.now()
  }

  setTimeout(fn: () => void, ms: number): unknown {
    const timer = setTimeout(() => (this.pending.delete(timer), fn()), ms)
    this.pending.add(timer)
    return timer
  }

  clearTimeout(timer: unknown): void {
    this.pending.delete(timer as NodeJS.Timeout)
    clearTimeout(timer as NodeJS.Timeout)
  }
}

/** How many objects of a class are left once all garbage is collected. */
function alive(type: unknown): number {
  return queryObjects(type as never, { format: 'count' }) as unknown as number
}

/** How many listeners those have that live as long as a store. */
function listeners(store: Corestore): number {
  const all = [store, store.replicator, store.cores] as unknown as EventEmitter[]
  return all.reduce((sum, one) => {
    return one.eventNames().reduce((count, name) => count + one.listenerCount(name), sum)
  }, 0)
}

function isLevel(store: Corestore, end: unknown): boolean {
  return store.syncView().streams.find(({ stream }) => (stream as unknown) === end)!.isLevel
}

/** Resolves once a store has let go of a stream. */
function closed(store: Corestore, end: unknown): Promise<void> {
  return new Promise((resolve) => {
    store.replicator.on('stream-close', function onclose(stream) {
      if ((stream as unknown) !== end) return
      store.replicator.off('stream-close', onclose)
      resolve()
    })
  })
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

const kinds: { mirrors: string; opts: CorestoreOptions }[] = [
  { mirrors: 'without mirrors', opts: {} },
  { mirrors: 'between mirrors', opts: { mirror: true } },
  { mirrors: 'between mirrors with policies', opts: { mirror: true, policy: { access: () => true } } }
]

describe.each(kinds)('nothing is left of peers that come and go, $mirrors', ({ opts }) => {
  test.each(['nobody looks', "somebody listens to 'sync'", 'somebody waits in synced()'])(
    '%s',
    async (who) => {
      const clock = new CountingClock()
      const stores = [await filled(5, { ...opts, clock }), await filled(5, { ...opts, clock })] as const
      const cores = stores.map((store) => store.get({ name: 'core 1' }))
      for (const core of cores) core.download({ start: 0, end: -1 })
      if (who.includes('listens')) for (const store of stores) store.on('sync', () => {})
      if (who.includes('waits')) {
        for (const store of stores) {
          const silent = store.replicate(true) // its handshake is never over
          onTestFinished(() => void silent.destroy())
          store.synced().catch(() => {}) // until the store closes
        }
      }
      const keyPairs = [1, 2].map(() => NoiseSecretStream.keyPair()) // as a peer that comes again
      const cycle = async (i: number): Promise<void> => {
        if (i % 10 === 0) await cores[0]!.append(`block ${i}`)
        const ends = inMemory(keyPairs)
        for (const [n, store] of stores.entries()) store.replicate(ends[n] as never)
        if (i % 2 === 0) while (!stores.every((store, n) => isLevel(store, ends[n]))) await turns(1)
        else await turns(i % 16) // in the middle of something
        const gone = stores.map((store, n) => closed(store, ends[n]))
        for (const end of ends) end.destroy()
        await Promise.all(gone)
      }
      const left = async (): Promise<number[]> => {
        await turns(50)
        const objects = [NoiseSecretStream, Set, Map].map(alive)
        return [...objects, clock.pending.size, ...stores.map(listeners)]
      }
      for (let i = 0; i < 20; i++) await cycle(i)
      const before = await left()
      for (let i = 0; i < CYCLES; i++) await cycle(i)
      const more = (await left()).map((count, i) => count - before[i]!)
      for (const count of more) expect([count < CYCLES / 10, more]).toEqual([true, more]) // not one per cycle
    }
  )
})
