import { setTimeout as sleep } from 'node:timers/promises'
import { seeded } from '../random.mjs'
import { World } from './world.mjs'

/** What happens, and how often. */
const STEPS = [
  [40, 'append'],
  [4, 'truncate'],
  [6, 'clear'],
  [8, 'disconnect'],
  [12, 'connect'],
  [2, 'restart'],
  [3, 'kill'],
  [4, 'judge']
]

/** Orders that may be under way. */
const AT_ONCE = 8

/** How long all may take to be level once nothing changes: a bound for hangs, on a machine as busy as it may be. */
const LEVEL_MS = 180_000
/** Until copies are compared again that were not equal. */
const AGAIN_MS = 500

/**
 * Stores that mirror each other, in processes of their own, while cores grow, are cut and cleared, connections break, and
 * processes end and are killed. Choices are those of the seed; what comes of them in which order is the machine's.
 */
export class MirrorSoak {
  counts = {}
  #random
  #world
  #underWay = new Set()
  #deck

  /** @param opts  seed, cores per store, directory; without: steps that are left out */
  constructor({ seed, without = [], ...opts }) {
    this.#deck = STEPS.flatMap(([weight, name]) => Array(without.includes(name) ? 0 : weight).fill(name))
    this.#random = seeded(seed)
    this.#world = new World({ ...opts, random: this.#random })
  }

  get problems() {
    return this.#world.problems
  }

  async open() {
    await this.#world.open()
  }

  async close() {
    await this.#world.close()
  }

  async step() {
    const name = this.#random.pick(this.#deck)
    this.counts[name] = (this.counts[name] ?? 0) + 1
    const going = Promise.resolve(this[name]()).finally(() => this.#underWay.delete(going))
    this.#underWay.add(going)
    if (this.#underWay.size >= AT_ONCE) await Promise.race(this.#underWay)
  }

  /** Nothing changes any more, and all connect: resolves once all copies are equal, or after so long. @returns what is wrong */
  async settle() {
    await Promise.all(this.#underWay)
    const until = performance.now() + LEVEL_MS
    for (;;) {
      await this.#world.connectAll()
      const left = Math.max(1000, until - performance.now())
      const waiting = await this.#world.level(left)
      const wrong = await this.#world.compare()
      if (wrong.length === 0 || performance.now() > until)
        return wrong.length > 0 ? [...waiting, ...wrong] : []
      await sleep(AGAIN_MS)
    }
  }

  figures() {
    return this.#world.figures()
  }

  append() {
    const core = this.#world.anyCore()
    const sizes = Array.from({ length: 1 + this.#random.int(6) }, () => 20 + this.#random.int(2000))
    return this.#world.ask(core.owner, 'append', { name: core.name, sizes })
  }

  truncate() {
    const core = this.#world.anyCore()
    return this.#world.ask(core.owner, 'truncate', { name: core.name, by: 1 + this.#random.int(4) })
  }

  /** What is cleared anywhere but at its owner comes back. */
  clear() {
    const core = this.#world.anyCore()
    const at = this.#random.int(1000)
    return this.#world.ask(this.#world.anyOther(core.owner), 'clear', {
      key: core.key,
      at,
      blocks: 1 + this.#random.int(8)
    })
  }

  disconnect() {
    const [member, hub] = this.#world.anyConnection()
    return this.#world.ask(member, 'disconnect', { hub: hub.name })
  }

  connect() {
    return this.#world.connect(...this.#world.anyConnection())
  }

  restart() {
    return this.#world.restart(this.#world.anyMortal(), false)
  }

  kill() {
    return this.#world.restart(this.#world.anyMortal(), true)
  }

  judge() {
    return this.#world.judge()
  }
}
