import b4a from 'b4a'
import sodium from 'sodium-universal'
import type { OrderedStore, StoreOp } from '@manycore/reconcile'
import type { CoreIds } from './core-ids.js'
import { damage } from './damage.js'

const BY_ID = 1
const BY_CORE = 2

/** Of a discovery key, which is a hash, so many bytes are enough to find a core among those of one store. */
const SHORT_BYTES = 16

/**
 * Behind the discovery key of an id. One that is damaged would not be found in storage, and be taken for that of a core which was
 * deleted. An id needs none: it has to lead back to the core.
 */
const CHECK_BYTES = 4

/** What is to be stored; null = it is to be deleted. */
interface Change {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/**
 * The ids of cores in the store of an index, beside it. What changes is in memory until it is written in one batch with the index:
 * so neither is ever ahead of the other.
 */
export class StoredIds implements CoreIds {
  readonly #store: OrderedStore
  readonly #prefix: Uint8Array
  /** By the hex of the key. */
  readonly #changes = new Map<string, Change>()

  /** @param prefix  the index has keys with a 0 behind it, this has others */
  constructor(store: OrderedStore, prefix: Uint8Array) {
    this.#store = store
    this.#prefix = prefix
  }

  get hasChanges(): boolean {
    return this.#changes.size > 0
  }

  has(): boolean {
    return true
  }

  /** @throws INDEX_CORRUPT */
  async keysOf(ids: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    const checked = await this.#read(ids.map((id) => this.#byId(id)))
    return checked.map((value, i) => value && keyOf(ids[i]!, value))
  }

  async idOf(discoveryKey: Uint8Array): Promise<Uint8Array | null> {
    return (await this.#read([this.#byCore(discoveryKey)]))[0]!
  }

  set(id: Uint8Array, discoveryKey: Uint8Array): void {
    this.#change(this.#byId(id), checkedKey(id, discoveryKey))
    this.#change(this.#byCore(discoveryKey), id)
  }

  delete(id: Uint8Array, discoveryKey: Uint8Array): void {
    this.#change(this.#byId(id), null)
    this.#change(this.#byCore(discoveryKey), null)
  }

  /** Writes what has changed. @param write  called with it; if it fails, the changes stay */
  async flush(write: (ops: StoreOp[]) => Promise<void>): Promise<void> {
    const changes = [...this.#changes]
    await write(changes.map(([, { key, value }]) => opOf(key, value)))
    for (const [id, change] of changes) if (this.#changes.get(id) === change) this.#changes.delete(id)
  }

  /** What stores the id of a core, past the changes that wait. */
  *opsOf(id: Uint8Array, discoveryKey: Uint8Array): Generator<StoreOp> {
    yield opOf(this.#byId(id), checkedKey(id, discoveryKey))
    yield opOf(this.#byCore(discoveryKey), id)
  }

  /** Deletes everything: what a batch of an index that is made anew does not overwrite. */
  async clear(): Promise<void> {
    this.#changes.clear()
    const [start, end] = [BY_ID, BY_CORE + 1].map((kind) => b4a.concat([this.#prefix, b4a.from([kind])]))
    const iterator = this.#store.iterator({ gte: start!, lt: end! })
    const some = await iterator.next(1).finally(() => iterator.close())
    if (some.length > 0) await this.#store.batch([{ type: 'delRange', start: start!, end: end! }])
  }

  async #read(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    const names = keys.map((key) => b4a.toString(key, 'hex'))
    const before = names.map((name) => this.#changes.get(name)) // it may be written, and forgotten, meanwhile
    const values = await this.#store.getMany(keys)
    return values.map((value, i) => {
      const change = this.#changes.get(names[i]!) ?? before[i]
      return change === undefined ? value : change.value
    })
  }

  #change(key: Uint8Array, value: Uint8Array | null): void {
    this.#changes.set(b4a.toString(key, 'hex'), { key, value })
  }

  #byId(id: Uint8Array): Uint8Array {
    return b4a.concat([this.#prefix, b4a.from([BY_ID]), id])
  }

  #byCore(discoveryKey: Uint8Array): Uint8Array {
    return b4a.concat([this.#prefix, b4a.from([BY_CORE]), discoveryKey.subarray(0, SHORT_BYTES)])
  }
}

/** The store owns what it is given, so that it gets copies. */
function opOf(key: Uint8Array, value: Uint8Array | null): StoreOp {
  return value === null
    ? { type: 'del', key: key.slice() }
    : { type: 'put', key: key.slice(), value: value.slice() }
}

const digest = new Uint8Array(32)

function checkedKey(id: Uint8Array, discoveryKey: Uint8Array): Uint8Array {
  sodium.crypto_generichash_batch(digest, [id, discoveryKey])
  return b4a.concat([discoveryKey, digest.subarray(0, CHECK_BYTES)])
}

function keyOf(id: Uint8Array, value: Uint8Array): Uint8Array {
  const discoveryKey = value.subarray(0, -CHECK_BYTES)
  if (b4a.equals(checkedKey(id, discoveryKey), value)) return discoveryKey
  throw damage('the core of an id has a wrong checksum')
}
