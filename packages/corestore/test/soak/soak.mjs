import { randomFillSync } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { Wires } from './connection.mjs'
import { seeded } from './random.mjs'
import { hex, World } from './world.mjs'

/** What happens, and how often. */
const STEPS = [
  [30, 'append'],
  [3, 'appendMany'],
  [12, 'leave'],
  [12, 'join'],
  [20, 'toggleReader'],
  [8, 'toggleStranger'],
  [4, 'toggleOwner'],
  [5, 'revoke'],
  [6, 'grant']
]

/**
 * Many stores that replicate many cores while connections come and go, cores are opened, closed and written, and
 * it changes who may have which. Choices are those of the seed.
 */
export class Soak {
  counts = { steps: 0, joined: 0, left: 0, appended: 0, opened: 0, closed: 0, changed: 0 }
  #random
  #world
  #wires = new Wires()
  #streams
  #pairs = []
  /** pair → connection */
  #joined = new Map()
  #closing = new Set()
  #changing = new Set()
  #deck = STEPS.flatMap(([weight, name]) => Array.from({ length: weight }, () => name))

  /** @param streams  connections at a time; every second one is over TCP, the others in memory */
  constructor({ streams, cores, seed, directory }) {
    this.#random = seeded(seed)
    this.#streams = streams
    this.#world = new World({ directory, random: this.#random, pairs: streams, cores })
    const { stores } = this.#world
    for (const one of stores)
      for (const other of stores.slice(one.index + 1)) this.#pairs.push({ one, other })
  }

  get world() {
    return this.#world
  }

  /** open connections */
  get streams() {
    return this.#joined.size
  }

  async open() {
    await this.#wires.open()
    await this.#world.open()
  }

  /** Everybody who may opens a core, and as many connections are made as there may be. */
  async fill() {
    for (const core of this.#world.cores) {
      for (const reader of this.#world.readers(core)) this.#openAt(core, reader)
    }
    while (this.#joined.size < this.#streams) await this.join()
  }

  async step() {
    this.counts.steps++
    await this[this.#random.pick(this.#deck)]()
    await turn()
  }

  /** All connections, all readers, no change: resolves when every reader has every block. */
  async settle() {
    await Promise.all(this.#changing)
    for (const pair of this.#pairs) if (!this.#joined.has(pair)) await this.#join(pair)
    await this.fill()
    for (const core of this.#world.cores) {
      for (const reader of this.#world.readers(core)) {
        await core.open.get(reader).download({ start: 0, end: core.length }).done()
      }
    }
  }

  /** @returns  { copies, equal, elsewhere, problems }: copies that are equal, and stores that have what they may not have */
  async compare() {
    const seen = { copies: 0, equal: 0, elsewhere: 0, problems: [...this.#world.errors] }
    for (const core of this.#world.cores) {
      const tree = core.length > 0 ? hex(await core.session.treeHash(core.length)) : null
      for (const reader of this.#world.readers(core)) {
        const copy = core.open.get(reader)
        seen.copies++
        const same =
          copy.length === core.length &&
          copy.contiguousLength === core.length &&
          (tree === null || hex(await copy.treeHash(core.length)) === tree)
        if (same) seen.equal++
        else seen.problems.push(`${core.name} at ${reader.index}: ${copy.length} of ${core.length}`)
      }
      for (const stranger of this.#world.strangers(core)) {
        const length = await this.#lengthAt(core, stranger)
        if (length <= (core.kept.get(stranger) ?? 0)) continue
        seen.elsewhere++
        seen.problems.push(`${core.name} at ${stranger.index}, who may not have it: ${length} blocks`)
      }
    }
    return seen
  }

  /** No connection and no core is open when it resolves; the stores are. */
  async quiesce() {
    await Promise.all(this.#changing)
    for (const pair of this.#joined.keys()) this.#leave(pair)
    await Promise.all(this.#closing)
    for (const core of this.#world.cores) {
      for (const member of core.open.keys()) await this.#closeAt(core, member)
    }
    for (const { store } of this.#world.stores) while (store.cores.map.size > 0) await turn()
    for (const core of this.#world.cores) core.session = null
  }

  /** One of each that is alive while this runs, by name. */
  samples() {
    const [{ one }] = this.#joined.values()
    const { session } = this.#world.cores[0]
    const { noiseStream } = one
    return { 'Noise stream': noiseStream, mux: noiseStream.userData, session, 'inner core': session.core }
  }

  async close() {
    await this.#world.close()
    await this.#wires.close()
  }

  async append(count = 1 + this.#random.int(8)) {
    const core = this.#random.pick(this.#world.cores)
    this.#openAt(core, core.owner)
    const blocks = Array.from({ length: count }, () => randomFillSync(b4a.alloc(20 + this.#random.int(180))))
    core.length += count // whoever is revoked meanwhile may get these
    await core.session.append(blocks)
    this.counts.appended += count
  }

  appendMany() {
    return this.append(150)
  }

  async join() {
    const free = this.#pairs.filter((pair) => !this.#joined.has(pair))
    if (free.length > 0 && this.#joined.size < this.#streams) await this.#join(this.#random.pick(free))
  }

  leave() {
    if (this.#joined.size > 0) this.#leave(this.#random.pick([...this.#joined.keys()]))
  }

  async toggleReader() {
    const core = this.#random.pick(this.#world.cores)
    await this.#toggle(core, this.#random.pick(this.#world.readers(core)))
  }

  async toggleStranger() {
    const core = this.#random.pick(this.#world.cores)
    const strangers = this.#world.strangers(core)
    if (strangers.length > 0) await this.#toggle(core, this.#random.pick(strangers))
  }

  async toggleOwner() {
    const core = this.#random.pick(this.#world.cores)
    await this.#toggle(core, core.owner)
  }

  revoke() {
    const core = this.#random.pick(this.#world.cores)
    if (core.readers.size === 0) return
    const reader = this.#random.pick([...core.readers])
    core.readers.delete(reader)
    const revocation = ++core.revocations
    core.kept.set(reader, Infinity)
    this.#changed(core, () => {
      if (!core.readers.has(reader) && core.revocations === revocation) core.kept.set(reader, core.length)
    })
  }

  grant() {
    const core = this.#random.pick(this.#world.cores)
    const strangers = this.#world.strangers(core).filter(({ index }) => index !== 0)
    if (strangers.length === 0) return
    core.readers.add(this.#random.pick(strangers))
    this.#changed(core, () => {})
  }

  /** Says so at all stores, and goes on meanwhile. */
  #changed(core, then) {
    this.counts.changed++
    const all = this.#world.stores.map(({ store }) => store.policyChanged({ core: core.key }))
    const changing = Promise.all(all)
      .then(then)
      .finally(() => this.#changing.delete(changing))
    this.#changing.add(changing)
  }

  async #join(pair) {
    const [one, other] = [pair.one, pair.other].map(({ store, keyPair }, i) =>
      store.replicate(i === 0, { keyPair })
    )
    this.counts.joined++
    const connection = await this.#wires.join([one, other], this.counts.joined % 2 === 0)
    this.#joined.set(pair, connection)
    void connection.closed.then(() => this.#ended(pair, connection))
  }

  /** Only leave() may end a connection. */
  #ended(pair, connection) {
    if (this.#joined.get(pair) !== connection) return
    this.#joined.delete(pair)
    const errors = connection.errors.map((err) => err.stack ?? err.message)
    this.#world.errors.push(
      `${pair.one.index} and ${pair.other.index} were disconnected: ${errors.join(', ')}`
    )
  }

  #leave(pair) {
    const connection = this.#joined.get(pair)
    this.#joined.delete(pair)
    this.counts.left++
    const closing = connection.closed.finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
    ;(this.#random.int(2) === 0 ? connection.one : connection.other).destroy()
  }

  async #toggle(core, member) {
    if (core.open.has(member)) await this.#closeAt(core, member)
    else this.#openAt(core, member)
  }

  #openAt(core, member) {
    if (core.open.has(member)) return
    this.counts.opened++
    const session = member.store.get(core.owner === member ? { name: core.name } : { key: core.key })
    core.open.set(member, session)
    if (core.owner === member) core.session = session
    else session.download({ start: 0, end: -1 })
  }

  async #closeAt(core, member) {
    const session = core.open.get(member)
    core.open.delete(member)
    this.counts.closed++
    await session.close()
  }

  async #lengthAt(core, member) {
    const discoveryKey = crypto.discoveryKey(core.key)
    if (!(await member.store.storage.hasCore(discoveryKey))) return 0
    const session = core.open.get(member) ?? member.store.get({ key: core.key, active: false })
    await session.ready()
    const { length } = session
    if (!core.open.has(member)) await session.close()
    return length
  }
}
