import { BoundedMap, Queue, Queues, isManycoreError, laterTurn } from '@manycore/ground'
import { Index } from '@manycore/reconcile'
import type { Item, StoreOp } from '@manycore/reconcile'
import { ReplicatorError } from '../../errors.js'
import { FLUSH_BYTES, INDEX_CACHE_BYTES, INDEX_REPAIRS, KEPT_INDEXES } from '../defaults.js'
import { type Elements, ID_BYTES, VERSION_BYTES } from '../elements.js'
import type { MirrorSettings } from '../options.js'
import type { ChangePlace, StoredChanges, StoredCopies, StoredCopy } from '../stored-copies.js'
import { inTurn } from './in-turn.js'
import { KeptIndexes, nameOf } from './kept-indexes.js'
import { KnownIds } from './known-ids.js'
import { isDamage } from './damage.js'
import { PeerIndex } from './peer-index.js'
import type { IndexUser, MayHave } from './peer-index.js'
import { isSameEpoch, readStamp, stampOf, writeStamp } from './stamp.js'
import { StoredIds } from './stored-ids.js'

/** Reads what is stored, and has indexes take it, one after the other. */
export interface ChangeTaker {
  /** All stored cores that are mirrored, and that `filter` lets through, some at a time. */
  scan(filter: MirrorSettings['filter']): AsyncIterable<readonly StoredCopy[]>
  /** Has indexes take the present states of some cores. @throws if those cannot be read */
  take(discoveryKeys: readonly Uint8Array[], indexes: Iterable<PeerIndex>): Promise<void>
  /** Has an index take changes from now on. */
  begin(index: PeerIndex): Promise<void>
  /** Has an index take nothing more. @returns resolves once nothing is under way that changes it */
  end(index: PeerIndex): Promise<void>
}

/** What indexes are kept in. */
interface Keeping {
  readonly changes: StoredChanges
  readonly kept: KeptIndexes
}

/**
 * The indexes of the peers on our streams. One that shows a peer all that is stored is kept in the store, with the place in the
 * journal up to which it is current: at the next connection only what has changed since is read. Streams to the same peer share
 * it. Any other is in memory, and made by a scan.
 */
export class PeerIndexes {
  readonly #stored: StoredCopies
  readonly #taker: ChangeTaker
  readonly #isKeeping: boolean
  readonly #all = new Set<PeerIndex>()
  /** Those that show a peer everything, by name. */
  readonly #shared = new Map<string, PeerIndex>()
  /** What is stored of one index is read, made and dropped in turn. */
  readonly #turns = new Queues()
  /** However many indexes are made, some cores are read at a time, and those of each in turn. */
  readonly #scans = new Queue()
  /** How often an index was found damaged, by name. */
  readonly #repairs = new BoundedMap<string, number>(KEPT_INDEXES)
  #keeping: Promise<Keeping | null> | null = null
  #settling: Promise<void> = Promise.resolve()
  #nextSettling: Promise<void> | null = null
  #isClosed = false

  /** @param isKeeping  false = all are in memory */
  constructor(stored: StoredCopies, taker: ChangeTaker, isKeeping: boolean) {
    this.#stored = stored
    this.#taker = taker
    this.#isKeeping = isKeeping
  }

  get size(): number {
    return this.#all.size
  }

  [Symbol.iterator](): Iterator<PeerIndex> {
    return this.#all.values()
  }

  /**
   * The index of a peer, which is filled from now on.
   * @param mayHave  whether the peer may know of a core; null = of all
   * @param filter   which cores are mirrored with it; undefined = all
   */
  open(
    elements: Elements,
    mayHave: MayHave | null,
    filter: MirrorSettings['filter'],
    user: IndexUser
  ): PeerIndex {
    const name = nameOf(elements.secret)
    const isShared = mayHave === null && filter === undefined
    const index = (isShared ? this.#shared.get(name) : undefined) ?? new PeerIndex(elements, mayHave, filter)
    index.users.add(user)
    if (this.#all.has(index)) return index
    if (isShared) this.#shared.set(name, index)
    this.#all.add(index)
    index.ready = this.#fill(index, isShared)
    index.ready.catch(() => void this.#forget(index)) // told to its users
    return index
  }

  /** A stream needs an index no more. What is kept of it is written before it is closed. */
  leave(index: PeerIndex, user: IndexUser): void {
    index.users.delete(user)
    if (index.users.size > 0 || !this.#all.has(index)) return
    if (!index.isFilled) return void this.#forget(index) // nothing of it is of use
    void this.settle().then(() => {
      if (index.users.size === 0) void this.#forget(index) // otherwise it is used again
    })
  }

  /** An index is damaged: what is stored of it is dropped, and its users open another one. */
  async drop(index: PeerIndex): Promise<void> {
    if (!this.#all.has(index)) return
    const name = nameOf(index.elements.secret)
    this.#repairs.set(name, (this.#repairs.get(name) ?? 0) + 1)
    const dropped = this.#turns.run(name, async () => {
      await this.#taker.end(index)
      await index.index.close()
      const keeping = await this.#keeping
      if (index.ids instanceof StoredIds) await keeping?.kept.drop(index.elements.secret)
    })
    this.#lose(index)
    await dropped
  }

  /** Writes what is kept, after it has taken all that has changed. Never rejects: what is not written is read again. */
  settle(): Promise<void> {
    this.#nextSettling ??= this.#settling.then(() => {
      this.#nextSettling = null
      this.#settling = this.#settle().catch(() => {})
      return this.#settling
    })
    return this.#nextSettling
  }

  /** Does the same if there is anything to be taken or written. Never rejects. */
  async settleIfChanged(): Promise<void> {
    const keeping = await this.#keeping?.catch(() => null)
    const isBehind = ({ index, ids }: PeerIndex): boolean =>
      index.dirtyBytes > 0 ||
      (ids as StoredIds).hasChanges ||
      keeping!.changes.hasChanged(readStamp(index.stamp)!)
    if (keeping && this.#kept.some(isBehind)) await this.settle()
  }

  /** Writes what is kept, and ends. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    const all = [...this.#all]
    await Promise.allSettled(all.map(({ ready }) => ready))
    await this.settle()
    await Promise.all(all.map((index) => this.#forget(index)))
  }

  #lose(index: PeerIndex): void {
    void this.#forget(index)
    for (const user of index.users) user.lost()
  }

  /** Nobody gets this one any more. Another one of the same peer is not read before this one is closed. Never rejects. */
  async #forget(index: PeerIndex): Promise<void> {
    this.#all.delete(index)
    const name = nameOf(index.elements.secret)
    if (this.#shared.get(name) === index) this.#shared.delete(name)
    await this.#turns.run(name, async () => {
      await this.#taker.end(index)
      await this.#measure(index).catch(() => {}) // what is too much is dropped the next time
      await index.index?.close()
    })
  }

  /** Notes how large an index is that is kept, and drops others if they are too many. */
  async #measure({ ids, index, elements }: PeerIndex): Promise<void> {
    const keeping = await this.#keeping
    if (!(ids instanceof StoredIds) || !keeping || index.stamp === null) return
    await keeping.kept.resized(elements.secret, index.size, this.#isUsed)
  }

  readonly #isUsed = (name: string): boolean => this.#shared.has(name)

  async #fill(index: PeerIndex, isShared: boolean): Promise<void> {
    const name = nameOf(index.elements.secret)
    const isKept = this.#isKeeping && isShared && (this.#repairs.get(name) ?? 0) < INDEX_REPAIRS
    const keeping = isKept ? await this.#keep() : null
    if (keeping === null) {
      index.index = new Index(settingsOf(index.elements))
      index.ids = new KnownIds()
      await index.index.rebuild(this.#items(index, null), { stamp: new Uint8Array(0) })
      await this.#taker.begin(index)
    } else {
      try {
        await this.#turns.run(name, () => this.#restore(index, keeping))
        await this.#catchUp([index], keeping.changes)
        await this.#turns.run(name, () => this.#measure(index))
      } catch (err) {
        if (isDamage(err)) await this.drop(index)
        throw err
      }
    }
  }

  #keep(): Promise<Keeping | null> {
    this.#keeping ??= this.#openKeeping().catch((err: unknown) => {
      this.#keeping = null
      throw err
    })
    return this.#keeping
  }

  async #openKeeping(): Promise<Keeping | null> {
    const changes = (await this.#stored.changes?.()) ?? null
    return changes && { changes, kept: new KeptIndexes(changes.engine, changes.prefix) }
  }

  /** Takes the index that is kept if it can be brought up to date, and makes it anew otherwise. */
  async #restore(index: PeerIndex, { changes, kept }: Keeping): Promise<void> {
    const { secret } = index.elements
    await kept.meet(secret, this.#isUsed)
    const prefix = kept.prefixOf(secret)
    const ids = (index.ids = new StoredIds(changes.engine, prefix))
    index.index = new Index({
      ...settingsOf(index.elements),
      engine: changes.engine,
      prefix: new Uint8Array([...prefix, 0]),
      cacheBytes: INDEX_CACHE_BYTES
    })
    const to = await changes.checkpoint() // before the scan: whatever changes from now on is read again
    const stamp = await stampOf(index.index)
    if (stamp === null || !isSameEpoch(stamp, to)) {
      await ids.clear() // there may be those of cores that are gone
      await index.index.rebuild(this.#items(index, changes), { stamp: writeStamp(to) })
    }
    await this.#taker.begin(index)
  }

  /** The items of all that is stored and that the peer may know of. Their ids are noted on the way. */
  async *#items(index: PeerIndex, changes: StoredChanges | null): AsyncGenerator<Item> {
    const { ids } = index
    let writing: Promise<void> = Promise.resolve()
    try {
      for await (const cores of inTurn(this.#taker.scan(index.filter), this.#scans)) {
        if (this.#isClosed) throw new ReplicatorError('REPLICATOR_CLOSED', 'the mirror was closed')
        if (index.users.size === 0) throw new ReplicatorError('REPLICATOR_CLOSED', 'the stream has closed')
        const ops: StoreOp[] = []
        for (const { core, item } of await index.itemsOf(cores)) {
          if (ids instanceof StoredIds) ops.push(...ids.opsOf(item.id, core.discoveryKey))
          else ids.set(item.id, core.discoveryKey)
          yield item
        }
        await writing
        writing = changes === null ? laterTurn() : changes.engine.batch(ops)
        writing.catch(() => {}) // awaited with the next ones, which are read meanwhile
      }
    } finally {
      await writing
    }
  }

  async #settle(): Promise<void> {
    const keeping = await this.#keeping
    if (keeping && this.#kept.length > 0) await this.#catchUp(this.#kept, keeping.changes)
  }

  get #kept(): PeerIndex[] {
    return [...this.#all].filter(({ isFilled, ids }) => isFilled && ids instanceof StoredIds)
  }

  /** Has kept indexes take what has changed since they were written, and writes them. */
  async #catchUp(indexes: readonly PeerIndex[], changes: StoredChanges): Promise<void> {
    const to = await changes.checkpoint()
    const stamps = indexes.map(({ index }) => readStamp(index.stamp)!)
    const from = stamps.reduce((first, stamp) => (stamp.counter < first.counter ? stamp : first))
    try {
      for await (const entries of changes.since(from, to)) {
        await this.#taker.take(
          entries.map(({ discoveryKey }) => discoveryKey),
          indexes
        )
        const place = { epoch: to.epoch, counter: entries.at(-1)!.counter }
        for (const each of indexes) if (each.index.dirtyBytes > FLUSH_BYTES) await this.#flush(each, place)
      }
    } catch (err) {
      // Somebody else has written to the store while it was suspended.
      if (isManycoreError(err, 'JOURNAL_STALE')) for (const each of indexes) this.#lose(each)
      throw err
    }
    for (const each of indexes) await this.#flush(each, to)
  }

  /** @param place  all changes up to it are in the index */
  async #flush(peer: PeerIndex, place: ChangePlace): Promise<void> {
    if (!this.#all.has(peer)) return
    const { index, ids } = peer
    const stamp = readStamp(index.stamp)!
    const isAhead = stamp.counter >= place.counter
    if (isAhead && index.dirtyBytes === 0) return
    const to = writeStamp(isAhead ? stamp : place)
    await (ids as StoredIds).flush((ops) => index.flush({ stamp: to, ops }))
  }
}

function settingsOf({ secret }: Elements): { idBytes: number; versionBytes: number; secret: Uint8Array } {
  return { idBytes: ID_BYTES, versionBytes: VERSION_BYTES, secret }
}
