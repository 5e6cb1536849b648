import b4a from 'b4a'
import { Queue } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import { CORES_PER_READ, NEWS_MS, REREAD_MAX_MS, SETTLE_MS } from './defaults.js'
import type { CoreSource } from '../source/core-source.js'
import { watchChanges } from '../wire/mirror/core-watch.js'
import type { Catalog } from './cores/catalog.js'
import { isDamage } from './indexes/damage.js'
import type { PeerIndex } from './indexes/peer-index.js'
import { PeerIndexes } from './indexes/peer-indexes.js'
import type { ChangeTaker } from './indexes/peer-indexes.js'
import type { MirrorSettings } from './options.js'
import type { StoredCopy, StoredCopies } from './stored-copies.js'

/** What updates work with. */
export interface UpdatesHost {
  readonly catalog: Catalog
  readonly source: CoreSource
  readonly stored: StoredCopies
  readonly clock: Clock
  /** A core that is open has changed, and is to be read. */
  touched(core: InnerCore): void
  /** The state of a core in the catalog has changed. */
  updated(slot: number, core: StoredCopy): void
  /** A core is not stored any more, or not mirrored. */
  gone(slot: number): void
  /** What had changed is read. */
  settled(): void
  failed(err: unknown, discoveryKey: Uint8Array | null): void
}

/**
 * Reads what is stored of cores, and has the catalog and the indexes take it. There is one way in which a state comes to be known:
 * it is read, in turn with all other reads, and taken before the next read. So nothing old can follow something new.
 *
 * Which cores change is told by those that are open, so that it is known at once, and by the journal, so that it is known for sure.
 */
export class Updates implements ChangeTaker {
  readonly indexes: PeerIndexes
  readonly #host: UpdatesHost
  readonly #filter: MirrorSettings['filter']
  readonly #turns = new Queue()
  readonly #watched = new WeakMap<InnerCore, () => void>()
  readonly #unwatch: (() => void) | undefined
  /** The discovery keys of what has changed and was not read again yet, by their hex. */
  readonly #dirty = new Map<string, Uint8Array>()
  #isReading = false
  #asking = 0
  #isClosed = false
  #timer: unknown = null
  #lastRead = -Infinity
  /** how many times in a row something could not be read */
  #failures = 0
  #settleTimer: unknown = null

  constructor(host: UpdatesHost, filter: MirrorSettings['filter']) {
    this.#host = host
    this.#filter = filter
    this.indexes = new PeerIndexes(host.stored, this, filter === undefined)
    for (const core of host.source) this.#watch(core)
    this.#unwatch = host.source.watch?.((core) => this.#watch(core))
    this.#settleLater()
  }

  /** Whether all that is known to have changed is read. */
  get isCurrent(): boolean {
    return !this.#isReading && this.#dirty.size === 0 && this.#asking === 0
  }

  /** A core may have changed. */
  changed(discoveryKey: Uint8Array): void {
    if (this.#isClosed || discoveryKey === null) return
    if (this.indexes.size === 0 && this.#host.catalog.size === 0) return this.#dirty.clear() // nobody wants to know
    this.#dirty.set(b4a.toString(discoveryKey, 'hex'), discoveryKey)
    if (this.#isReading || this.#timer !== null) return
    const { clock } = this.#host
    const pause = Math.min(NEWS_MS * 2 ** this.#failures, REREAD_MAX_MS)
    const wait = Math.max(0, this.#lastRead + pause - clock.now())
    this.#timer = clock.setTimeout(() => void this.#read(), wait)
  }

  /**
   * Calls a function with the slot of each core of an index that is stored, which is held meanwhile. Some are read at a time, and no
   * change is taken between the read and the call.
   */
  async forEach(
    index: PeerIndex,
    ids: readonly Uint8Array[],
    fn: (slot: number, i: number) => unknown
  ): Promise<void> {
    for (let at = 0; at < ids.length; at += CORES_PER_READ) {
      await this.#turns.run(async () => {
        const slots = await this.#resolve(index, ids.slice(at, at + CORES_PER_READ))
        for (const [i, slot] of slots.entries()) {
          if (slot === -1) continue
          fn(slot, at + i)
          this.#host.catalog.release(slot)
        }
      })
    }
  }

  /** Whether a filter lets a core through. One that throws does not. */
  passes(core: StoredCopy, filter: MirrorSettings['filter']): boolean {
    try {
      return filter === undefined || filter(core) === true
    } catch (err) {
      this.#host.failed(err, core.discoveryKey)
      return false
    }
  }

  /**
   * Holds a core in the catalog.
   * @returns its slot, which the caller has to release; −1 = it is not stored, or not mirrored, or the filter does not let it through
   */
  async find(discoveryKey: Uint8Array, filter: MirrorSettings['filter']): Promise<number> {
    return this.#turns.run(async () => {
      const [core] = await this.#host.stored.read([discoveryKey])
      return core !== null && this.passes(core!, filter) ? this.#hold(core!) : -1
    })
  }

  /** The policies have changed about a core: until they have answered anew, it is not in the index. */
  async review(index: PeerIndex, discoveryKey: Uint8Array): Promise<void> {
    this.#asking++
    try {
      await this.#turns.run(() => index.revoke(discoveryKey))
      await this.take([discoveryKey], [index])
    } finally {
      this.#asking--
    }
  }

  async *scan(filter: MirrorSettings['filter']): AsyncGenerator<readonly StoredCopy[]> {
    for await (const cores of this.#host.stored.scan()) {
      yield cores.filter((core) => this.passes(core, this.#filter) && this.passes(core, filter))
    }
  }

  async begin(index: PeerIndex): Promise<void> {
    for (const late of await this.#turns.run(() => index.begin())) this.changed(late)
  }

  readonly end = (index: PeerIndex): Promise<void> => this.#turns.run(async () => index.end())

  async take(discoveryKeys: readonly Uint8Array[], indexes: Iterable<PeerIndex>): Promise<void> {
    for (let at = 0; at < discoveryKeys.length; at += CORES_PER_READ) {
      const keys = discoveryKeys.slice(at, at + CORES_PER_READ)
      await this.#turns.run(async () => {
        const cores = await this.#host.stored.read(keys)
        for (const [i, core] of cores.entries()) await this.#take(keys[i]!, core, indexes)
      })
      this.#host.settled()
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    const { clock, source } = this.#host
    this.#isClosed = true
    this.#unwatch?.()
    for (const core of source) this.#watched.get(core)?.()
    clock.clearTimeout(this.#timer)
    clock.clearTimeout(this.#settleTimer)
    await this.indexes.close()
  }

  #watch(core: InnerCore): void {
    const changed = (): void => {
      this.changed(core.discoveryKey)
      this.#host.touched(core)
    }
    this.#watched.set(core, watchChanges(core, changed))
    core.opening.then(() => this.changed(core.discoveryKey), noop) // it may be new
  }

  /** Reads what has changed. Never rejects. */
  async #read(): Promise<void> {
    this.#timer = null
    this.#isReading = true
    const some = [...this.#dirty].slice(0, CORES_PER_READ)
    for (const [id] of some) this.#dirty.delete(id)
    const keys = some.map(([, discoveryKey]) => discoveryKey)
    const failed = await this.take(keys, this.indexes).then(
      () => [],
      () => this.#takeEach(keys)
    )
    this.#failures = failed.length > 0 ? this.#failures + 1 : 0
    for (const key of failed) this.#dirty.set(b4a.toString(key, 'hex'), key)
    this.#isReading = false
    this.#lastRead = this.#host.clock.now()
    const [next] = this.#dirty.values()
    if (next !== undefined) this.changed(next)
    this.#host.settled()
  }

  /** One core that cannot be read does not keep others from being read. @returns what is to be read again */
  async #takeEach(keys: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const failed: Uint8Array[] = []
    for (const key of keys) {
      if (this.#isClosed) return []
      await this.take([key], this.indexes).catch((err: unknown) => {
        failed.push(key)
        if (!this.#isClosed) this.#host.failed(err, key)
      })
    }
    return failed
  }

  /**
   * Reads some cores of an index. What is in the catalog is read again: a core that was deleted, or written past its Hypercore, is told
   * of by nobody.
   * @returns their slots, in the same order, each of which the caller holds; −1 = the core is not stored
   * @throws INDEX_CORRUPT
   */
  async #resolve(index: PeerIndex, ids: readonly Uint8Array[]): Promise<number[]> {
    const keys = await index.ids.keysOf(ids)
    const known = keys.filter((key) => key !== null)
    const cores = known.length === 0 ? [] : await this.#host.stored.read(known)
    const slots: number[] = []
    let next = 0
    try {
      for (const [i, key] of keys.entries()) {
        const core = key === null ? null : cores[next++]!
        await index.check(ids[i]!, key, core)
        if (key !== null && core === null) await index.delete(key)
        slots.push(this.#hold(core))
      }
    } catch (err) {
      for (const slot of slots) if (slot !== -1) this.#host.catalog.release(slot)
      throw err
    }
    return slots
  }

  #hold(core: StoredCopy | null): number {
    const { catalog } = this.#host
    if (core === null || !this.passes(core, this.#filter)) return -1
    if (catalog.update(core)) this.#host.updated(catalog.find(core.discoveryKey), core)
    return catalog.take(core)
  }

  async #take(
    discoveryKey: Uint8Array,
    core: StoredCopy | null,
    indexes: Iterable<PeerIndex>
  ): Promise<void> {
    const { catalog } = this.#host
    const isHere = core !== null && this.passes(core, this.#filter)
    const isMoved = isHere && catalog.update(core)
    for (const index of indexes) {
      try {
        if (!isHere || !this.passes(core, index.filter)) await index.delete(discoveryKey)
        else if (!(await index.set(core, isMoved))) this.#ask(index, core)
      } catch (err) {
        if (!isDamage(err)) throw err
        void this.indexes.drop(index).catch(noop) // the next one that is opened finds it damaged, too
      }
    }
    const slot = catalog.find(discoveryKey)
    if (slot === -1) return
    if (isMoved) this.#host.updated(slot, core)
    if (!isHere) this.#host.gone(slot)
  }

  /** Nobody waits for policies but who waits for `isCurrent`. */
  #ask(index: PeerIndex, core: StoredCopy): void {
    this.#asking++
    index
      .ask(core)
      .then((isAllowed) => (isAllowed ? this.take([core.discoveryKey], [index]) : undefined))
      .catch((err: unknown) => this.#host.failed(err, core.discoveryKey))
      .finally(() => {
        this.#asking--
        this.#host.settled()
      })
  }

  /** What was deleted is told by nothing but the journal, and what is written now is not read again at the next connection. */
  #settleLater(): void {
    const { clock } = this.#host
    this.#settleTimer = clock.setTimeout(() => {
      void this.indexes.settleIfChanged().then(() => {
        if (!this.#isClosed) this.#settleLater()
      })
    }, SETTLE_MS)
  }
}

function noop(): void {}
