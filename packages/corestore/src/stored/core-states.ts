import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type { CoreInfo, CorestoreStorage } from '@manycore/hypercore-types'
import type { StoredChanges, StoredCopy, StoredCopies } from '@manycore/replicator'
import { journalOf } from '@manycore/storage-adapters'
import { CORES_PER_READ } from '../defaults.js'
import { readInfos, readPages } from '../upstream/stored-state.js'

/**
 * What is stored, without opening it, for mirrors. A core whose blocks are stored all or not at all costs a read of its
 * records, 50 µs; of any other the bitfield is read as well, 4 KB per 32,768 blocks.
 */
export class CoreStates implements StoredCopies {
  readonly #storage: CorestoreStorage
  readonly #ready: () => Promise<unknown>

  /** @param ready  resolves once the storage may be read */
  constructor(storage: CorestoreStorage, ready: () => Promise<unknown>) {
    this.#storage = storage
    this.#ready = ready
  }

  async *scan(): AsyncGenerator<readonly StoredCopy[]> {
    await this.#ready()
    let keys: Uint8Array[] = []
    for await (const discoveryKey of this.#storage.createDiscoveryKeyStream()) {
      if (keys.push(b4a.from(discoveryKey)) < CORES_PER_READ) continue
      yield await this.#readAll(keys)
      keys = []
    }
    if (keys.length > 0) yield await this.#readAll(keys)
  }

  async read(discoveryKeys: readonly Uint8Array[]): Promise<(StoredCopy | null)[]> {
    await this.#ready()
    const states: (StoredCopy | null)[] = []
    for (const info of await readInfos(this.#storage, discoveryKeys)) states.push(await this.#stateOf(info))
    return states
  }

  /** The journal of the storage, which is made at the first call: from then on it is kept. */
  async changes(): Promise<StoredChanges | null> {
    await this.#ready()
    const journal = journalOf(this.#storage)
    await journal?.open()
    return journal
  }

  async #readAll(keys: readonly Uint8Array[]): Promise<StoredCopy[]> {
    return (await this.read(keys)).filter((core) => core !== null)
  }

  /** @returns null for what is not stored, and for a core of Corestore 6 that is not migrated: that is left to its owner */
  async #stateOf(info: CoreInfo | null): Promise<StoredCopy | null> {
    if (!info?.auth || info.core.version < 1) return null
    const { discoveryKey, auth, head, hints, core } = info
    const { fork, length } = head ?? { fork: 0, length: 0 }
    const isWhole = (hints?.contiguousLength ?? 0) >= length
    const { held, blocks } = isWhole
      ? { held: length, blocks: null }
      : await this.#blocksOf(discoveryKey, length)
    return {
      discoveryKey,
      key: auth.key,
      fork,
      length,
      held,
      blocks,
      writable: !!(auth.keyPair as { secretKey?: unknown } | null)?.secretKey,
      names: core.alias ? [core.alias] : []
    }
  }

  async #blocksOf(
    discoveryKey: Uint8Array,
    length: number
  ): Promise<{ held: number; blocks: Uint8Array | null }> {
    let held = 0
    let digest = b4a.alloc(32)
    for await (const { index, page } of readPages(this.#storage, discoveryKey)) {
      const ones = countOnes(page)
      if (ones === 0) continue
      held += ones
      digest = crypto.hash([digest, b4a.from(String(index)), page]) as typeof digest
    }
    return { held, blocks: held === 0 || held === length ? null : digest.subarray(0, 8) }
  }
}

function countOnes(bytes: Uint8Array): number {
  let ones = 0
  for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) ones++
  return ones
}
