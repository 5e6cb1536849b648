import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Hypercore } from '@manycore/hypercore-types'
import type { Corestore } from '../../../src/index.js'
import { blocks, connectShared, filled } from '../../kit/mirrors.js'

const CORES = 4
const HANGS_MS = 60_000

/** What happens, to which store and which core. Only store i appends to core i: two who do so at a time have made a fork. */
type Step = readonly [what: 'append' | 'hold' | 'deny' | 'reconnect' | 'level', store: number, core: number]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('append', 'append', 'append', 'hold', 'deny', 'reconnect', 'level'),
  fc.nat({ max: 3 }),
  fc.nat({ max: CORES - 1 })
)

/** Two stores at each end of one stream, of which all have the same cores. */
class World {
  readonly expected: string[][] = Array.from({ length: CORES }, () => ['first'])
  readonly #stores: Corestore[] = []
  readonly #denied = new Set<string>()
  /** Sessions that want data, by store and core. */
  readonly #held = new Map<string, Hypercore>()
  #disconnect: (() => void) | null = null

  async open(): Promise<void> {
    for (let store = 0; store < 4; store++) {
      const access = ({ name }: { name: string | null }): boolean => !this.#denied.has(`${store} ${name}`)
      this.#stores.push(await filled(CORES, { mirror: true, policy: { access } }))
    }
    this.connect()
  }

  connect(): void {
    this.#disconnect?.()
    this.#disconnect = connectShared(this.#stores.slice(0, 2), this.#stores.slice(2))
  }

  async take([what, store, core]: Step): Promise<void> {
    if (what === 'append') return this.#append(core)
    if (what === 'hold') return this.#hold(store, core)
    if (what === 'deny') return this.#deny(store, core)
    if (what === 'reconnect') return this.connect()
    return this.level()
  }

  /** What one has, stores at the other end tell its neighbour: of them it is not known before they have it. */
  async level(): Promise<void> {
    for (let hop = 0; hop < 2; hop++) await Promise.all(this.#stores.map((store) => store.synced()))
  }

  async allowAll(): Promise<void> {
    this.#denied.clear()
    await Promise.all(this.#stores.map((store) => store.policyChanged()))
  }

  contents(): Promise<string[][][]> {
    const each = this.#stores.map((store) => this.expected.map((_, core) => blocks(store, `core ${core}`)))
    return Promise.all(each.map((all) => Promise.all(all)))
  }

  async close(): Promise<void> {
    this.#disconnect?.()
    await Promise.all(this.#stores.map((store) => store.close()))
  }

  async #append(core: number): Promise<void> {
    const session = this.#stores[core]!.get({ name: `core ${core}`, active: false })
    const block = `block ${this.expected[core]!.length}`
    await session.append(b4a.from(block))
    this.expected[core]!.push(block)
    await session.close()
  }

  async #hold(store: number, core: number): Promise<void> {
    const place = `${store} ${core}`
    const held = this.#held.get(place)
    if (held !== undefined) {
      this.#held.delete(place)
      return held.close()
    }
    const session = this.#stores[store]!.get({ name: `core ${core}` }) as Hypercore
    this.#held.set(place, session)
    await session.ready()
  }

  async #deny(store: number, core: number): Promise<void> {
    const place = `${store} core ${core}`
    if (!this.#denied.delete(place)) this.#denied.add(place)
    await this.#stores[store]!.policyChanged()
  }
}

test('two stores at each end of a stream are level after any history', async () => {
  const histories = fc.array(step, { minLength: 1, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const world = new World()
      await world.open()
      for (const each of history) await world.take(each)
      await world.allowAll()
      await world.level()
      for (const contents of await world.contents()) expect(contents).toEqual(world.expected)
      await world.close()
    }),
    { numRuns: 200, timeout: HANGS_MS, endOnFailure: true } // what hangs is told with its seed, and not tried again and again
  )
})
