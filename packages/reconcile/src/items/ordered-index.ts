import { ReconcileError } from '../errors.js'
import { isSame } from '../bytes/order.js'
import { copyOf } from '../bytes/copy.js'
import { spanOf } from '../bytes/bounds.js'
import type { IdRange, Span } from '../bytes/bounds.js'
import { put } from '../tree/put.js'
import { remove } from '../tree/remove.js'
import type { Chunk, Tree } from '../tree/tree.js'
import { checkItemBytes } from './item.js'
import type { Item, ItemSource } from './item.js'
import { LiveTree } from './live-tree.js'
import { readFlushOptions, readIndexOptions, readRebuildOptions } from './options.js'
import type { FlushOptions, IndexOptions, RebuildOptions } from './options.js'

/** What `index.fingerprint()` says of a range. */
export interface RangeFingerprint {
  /** How many items are in the range. */
  readonly count: number
  /** 16 bytes, the same for the same items. */
  readonly fingerprint: Uint8Array
}

/** What is behind an index, for the other side of an exchange in this package. */
export let liveTreeOf: (index: Index) => LiveTree

/**
 * An ordered set of items, each an id with a version, that knows fingerprints of its ranges. All of it is in memory, or stored in
 * an engine as far as `flush()` was called, with a bounded part of it in memory.
 *
 * Calls that change the index are carried out in their order. Those whose nodes are in memory are carried out before the call
 * returns. A change that fails changes nothing.
 */
export class Index {
  readonly #live: LiveTree

  /** @throws BAD_ARGUMENT */
  constructor(opts?: IndexOptions) {
    this.#live = new LiveTree(readIndexOptions(opts))
  }

  static {
    liveTreeOf = (index) => index.#live
  }

  /** The length of ids in bytes. */
  get idBytes(): number {
    return this.#live.layout.idBytes
  }

  /** The length of versions in bytes. */
  get versionBytes(): number {
    return this.#live.layout.versionBytes
  }

  /** How many items there are; 0 before `ready()`. */
  get size(): number {
    return this.#live.size
  }

  /** A copy of the stamp of the last `flush()` or `rebuild()`, of this process or an earlier one; null = there was none. */
  get stamp(): Uint8Array | null {
    return this.#live.stamp?.slice() ?? null
  }

  /** Bytes of nodes that have changed and are in memory only: up to half of `cacheBytes`, or 64 KiB; 0 without an engine. */
  get dirtyBytes(): number {
    return this.#live.dirtyBytes
  }

  /**
   * Bytes of all that is in memory, stored or not. With an engine about `cacheBytes` at most, and between flushes 8 bytes for each
   * stored node that has changed: 0.2 bytes per item once all of them have.
   */
  get memoryBytes(): number {
    return this.#live.memoryBytes
  }

  /**
   * Reads what is stored, at a cost that does not depend on how much that is. Idempotent; every other call waits for it. After
   * INDEX_CORRUPT or INDEX_MISMATCH, `rebuild()` makes the index usable.
   * @throws INDEX_CLOSED, INDEX_CORRUPT, INDEX_MISMATCH, and the errors of the engine
   */
  async ready(): Promise<void> {
    await this.#live.ready()
  }

  /**
   * Ends the index, once the changes that are under way have ended. What was not flushed is lost. The engine stays open.
   * Idempotent.
   */
  async close(): Promise<void> {
    await this.#live.close()
  }

  /**
   * The version of an item.
   * @returns `versionBytes` bytes, the caller's; null = there is no item with this id
   * @throws  BAD_ARGUMENT, INDEX_CLOSED, INDEX_CORRUPT
   */
  async get(id: Uint8Array): Promise<Uint8Array | null> {
    checkItemBytes('id', id, this.idBytes)
    const own = copyOf(id)
    return this.#live.read((tree) => tree.get(own))
  }

  /**
   * Adds an item that is not there.
   * @param id       `idBytes` bytes, not kept
   * @param version  `versionBytes` bytes, not kept
   * @throws BAD_ARGUMENT, INDEX_CLOSED, INDEX_CORRUPT, ITEM_EXISTS
   */
  async insert(id: Uint8Array, version: Uint8Array): Promise<void> {
    await this.#put(id, version, (before) => {
      if (before) throw new ReconcileError('ITEM_EXISTS', 'an item with this id is in the index')
      return true
    })
  }

  /**
   * Gives an item that is there another version.
   * @param id       `idBytes` bytes, not kept
   * @param version  `versionBytes` bytes, not kept
   * @throws BAD_ARGUMENT, INDEX_CLOSED, INDEX_CORRUPT, ITEM_UNKNOWN
   */
  async update(id: Uint8Array, version: Uint8Array): Promise<void> {
    await this.#put(id, version, (before) => {
      if (!before) throw new ReconcileError('ITEM_UNKNOWN', 'no item with this id is in the index')
      return true
    })
  }

  /**
   * Adds an item, or gives it another version: what was said twice does no harm.
   * @param id       `idBytes` bytes, not kept
   * @param version  `versionBytes` bytes, not kept
   * @returns false if it is there already, with this version
   * @throws  BAD_ARGUMENT, INDEX_CLOSED, INDEX_CORRUPT
   */
  async set(id: Uint8Array, version: Uint8Array): Promise<boolean> {
    return this.#put(id, version, isNews)
  }

  /**
   * Removes an item.
   * @returns false if there is none with this id
   * @throws  BAD_ARGUMENT, INDEX_CLOSED, INDEX_CORRUPT
   */
  async remove(id: Uint8Array): Promise<boolean> {
    checkItemBytes('id', id, this.idBytes)
    const own = copyOf(id)
    return this.#live.change((tree) => remove(tree, own))
  }

  /**
   * Fingerprint and number of the items in a range. O(log n), whatever is in the range.
   * @param range  default: everything
   * @throws BAD_ARGUMENT, INDEX_CLOSED, INDEX_CORRUPT
   */
  async fingerprint(range?: IdRange): Promise<RangeFingerprint> {
    const span = spanOf(range, this.idBytes)
    const tally = await this.#live.read((tree) => tree.within(span))
    return { count: tally.count, fingerprint: this.#live.hasher.range(tally) }
  }

  /**
   * Goes over the items of a range, in order. The index may change meanwhile: what is in it all the time is given once, what comes
   * or goes may be given or not.
   * @param range  default: everything
   * @returns an iterator of items, which are the caller's
   * @throws  BAD_ARGUMENT, INDEX_CLOSED, INDEX_CORRUPT
   */
  async *iterator(range?: IdRange): AsyncGenerator<Item, void, undefined> {
    const { idBytes } = this
    const { itemBytes } = this.#live.layout
    let span: Span | null = spanOf(range, idBytes)
    while (span !== null) {
      const { items, next }: Chunk = await this.#live.read(chunkOf(span))
      for (let at = 0; at < items.byteLength; at += itemBytes)
        yield { id: items.slice(at, at + idBytes), version: items.slice(at + idBytes, at + itemBytes) }
      span = next && { lo: next, hi: span.hi }
    }
  }

  /**
   * Stores all changes of the calls before it, and the stamp and the caller's `ops` with them, in one batch. If that fails, what
   * was stored before is still there, and the changes are still in memory, except for `ops`: pass them again. Without an engine it
   * only remembers the stamp, and takes no `ops`.
   * @throws BAD_ARGUMENT, INDEX_CLOSED, INDEX_CORRUPT, and the errors of the engine
   */
  async flush(opts: FlushOptions): Promise<void> {
    const { stamp, ops } = readFlushOptions(opts)
    await this.#live.flush(stamp, ops)
  }

  /**
   * Replaces all items, whatever there was, even if that is damaged. Until it ends, reads see the old items, and changes wait. If
   * it fails, everything is as it was, `ops` included.
   * @param items  in any order; of those with the same id the last one counts. O(n log n), 2 s per million
   * @throws BAD_ARGUMENT, INDEX_CLOSED, the errors of the engine, and those of `items`
   */
  async rebuild(items: ItemSource, opts: RebuildOptions): Promise<void> {
    await this.#live.rebuild(items, readRebuildOptions(opts))
  }

  async #put(
    id: Uint8Array,
    version: Uint8Array,
    decide: (before: Uint8Array | null, version: Uint8Array) => boolean
  ): Promise<boolean> {
    checkItemBytes('id', id, this.idBytes)
    checkItemBytes('version', version, this.versionBytes)
    const item = { id: copyOf(id), version: copyOf(version) }
    return this.#live.change((tree) => put(tree, item, decide))
  }
}

function isNews(before: Uint8Array | null, version: Uint8Array): boolean {
  return before === null || !isSame(before, version)
}

function chunkOf(span: Span): (tree: Tree) => Chunk {
  return (tree) => tree.chunk(span)
}
