import b4a from 'b4a'
import { BoundedMap } from '@manycore/ground'
import type { CoreAlias, CorestoreStorage } from '@manycore/hypercore-types'
import { CORES_PER_READ, NAMES_OF_VIEWS } from '../defaults.js'
import { readInfos } from '../upstream/stored-state.js'

/** The names of cores for who cannot wait: what was asked for before is known, anything else is looked up for the next time. */
export class NamesAtOnce {
  readonly #storage: CorestoreStorage
  /** By hex discovery key; null = the core has no name. */
  readonly #known = new BoundedMap<string, CoreAlias | null>(NAMES_OF_VIEWS)
  #isReading = false

  constructor(storage: CorestoreStorage) {
    this.#storage = storage
  }

  /** @param isStored  false = only if none is known: the core may be stored with another one */
  note(id: string, alias: CoreAlias, isStored: boolean): void {
    if (isStored || !this.#known.get(id)) this.#known.set(id, alias)
  }

  /** @param found  called once more of them are known. @returns null = it has none, or that is not known */
  of(discoveryKeys: readonly Uint8Array[], found: () => void): (CoreAlias | null)[] {
    const unknown = new Map<string, Uint8Array>()
    const names = discoveryKeys.map((discoveryKey) => {
      const id = b4a.toString(discoveryKey, 'hex')
      const name = this.#known.get(id)
      if (name === undefined && unknown.size < CORES_PER_READ) unknown.set(id, discoveryKey)
      return name ?? null
    })
    if (unknown.size > 0 && !this.#isReading) void this.#read(unknown, found)
    return names
  }

  /** Never rejects: what could not be read is asked for again. */
  async #read(cores: ReadonlyMap<string, Uint8Array>, found: () => void): Promise<void> {
    this.#isReading = true
    try {
      const records = { auth: false, head: false, hints: false }
      const infos = await readInfos(this.#storage, [...cores.values()], records)
      for (const [i, id] of [...cores.keys()].entries()) {
        if (!this.#known.has(id)) this.#known.set(id, infos[i]?.core.alias ?? null)
      }
    } catch {
      return // the store is closing, or the storage fails, which others tell
    } finally {
      this.#isReading = false
    }
    found()
  }
}
