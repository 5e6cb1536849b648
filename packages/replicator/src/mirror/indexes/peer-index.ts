import b4a from 'b4a'
import { Reconciler } from '@manycore/reconcile'
import type { Index, Item } from '@manycore/reconcile'
import { MIRROR_FRAME_BYTES, ROUNDS_PER_CORE } from '../defaults.js'
import type { Elements } from '../elements.js'
import type { MirrorSettings } from '../options.js'
import { STATE_BYTES, writeState } from '../state.js'
import type { StoredCopy } from '../stored-copies.js'
import type { CoreIds } from './core-ids.js'
import { damage } from './damage.js'

/** Who is told of what an index takes. */
export interface IndexUser {
  /** The index is of no use any more: another one has to be opened. */
  lost(): void
  /** @param isNew  it was not in the index before */
  changed(core: StoredCopy, isNew: boolean): void
  /** A core has left the index. */
  left(id: Uint8Array, discoveryKey: Uint8Array): void
}

/** Whether a peer may know of a core. */
export type MayHave = (core: StoredCopy) => Promise<boolean>

/**
 * The cores that a peer may have, under the ids that they have between us and that peer. It is filled by `PeerIndexes`. Everything
 * that changes it, and the reads of storage before that, run one after the other: `Updates` sees to that.
 */
export class PeerIndex {
  readonly elements: Elements
  /** Which of the cores that are mirrored are mirrored with the peer; undefined = all. */
  readonly filter: MirrorSettings['filter']
  readonly users: Set<IndexUser> = new Set()
  /** Resolves once it is filled and current. Rejects if that has failed. */
  ready!: Promise<void>
  index!: Index
  ids!: CoreIds
  readonly #mayHave: MayHave | null
  readonly #state = new Uint8Array(STATE_BYTES)
  #isFilled = false
  #isOver = false
  /** What has changed while it was being filled, by the hex of the discovery key. */
  readonly #late = new Map<string, Uint8Array>()
  /** The same for what the peer may have to be asked about again. */
  readonly #revoked = new Map<string, Uint8Array>()
  /** Of what is being asked about, which question is the latest one. */
  readonly #asked = new Map<string, object>()
  readonly #permitted = new Set<string>()

  /** @param mayHave  null = the peer may know of all cores */
  constructor(elements: Elements, mayHave: MayHave | null, filter: MirrorSettings['filter']) {
    this.elements = elements
    this.filter = filter
    this.#mayHave = mayHave
  }

  /** How many cores are in it. */
  get size(): number {
    return this.#isFilled ? this.index.size : 0
  }

  /** Whether a stored core is in it, as far as that is known without reading. */
  mayKnow(discoveryKey: Uint8Array): boolean {
    return this.#isFilled && this.ids.has(discoveryKey)
  }

  /** Whether it takes changes. */
  get isFilled(): boolean {
    return this.#isFilled
  }

  /** Our side of a comparison with that of the peer. */
  compare(): Reconciler {
    const bytes = MIRROR_FRAME_BYTES
    const maxRounds = Math.ceil(1000 + this.index.size * ROUNDS_PER_CORE)
    return new Reconciler(this.index, { frameBytes: bytes, maxFrameBytes: bytes, maxRounds })
  }

  /** It is filled: from now on it takes changes. @returns the discovery keys of what has changed before */
  async begin(): Promise<Uint8Array[]> {
    this.#isFilled = true
    for (const discoveryKey of this.#revoked.values()) await this.delete(discoveryKey)
    const late = [...this.#late.values()]
    this.#late.clear()
    this.#revoked.clear()
    return late
  }

  /** It is to be closed: whatever changes from now on is nothing to it. */
  end(): void {
    this.#isOver = true
  }

  /** Of those that the peer may know of, the items. */
  async itemsOf(cores: readonly StoredCopy[]): Promise<{ core: StoredCopy; item: Item }[]> {
    const mayHave = this.#mayHave
    const allowed = mayHave && (await Promise.all(cores.map((core) => mayHave(core))))
    return cores
      .filter((_, i) => allowed === null || allowed[i] === true)
      .map((core) => ({ core, item: this.itemOf(core) }))
  }

  /**
   * Adds a core, or gives it the version of its state.
   * @param isMoved  another state of it may have been told since, although the index has this one
   * @returns        false if it has to be asked whether the peer may know of it
   */
  async set(core: StoredCopy, isMoved: boolean): Promise<boolean> {
    if (this.#isOver) return true
    if (!this.#isFilled) {
      this.#late.set(hexOf(core.discoveryKey), core.discoveryKey)
      return true
    }
    const { id, version } = this.itemOf(core)
    const before = await this.index.get(id)
    const isSame = before !== null && b4a.equals(before, version)
    if (isSame && !isMoved) return true
    if (before === null) {
      if (this.#mayHave !== null && !this.#permitted.delete(hexOf(core.discoveryKey))) return false
      this.ids.set(id, core.discoveryKey)
    }
    if (!isSame) await this.index.set(id, version)
    for (const user of this.users) user.changed(core, before === null)
    return true
  }

  /** Takes a core out. @throws INDEX_CORRUPT */
  async delete(discoveryKey: Uint8Array): Promise<void> {
    if (this.#isOver) return
    if (!this.#isFilled) return void this.#late.set(hexOf(discoveryKey), discoveryKey)
    const id = await this.ids.idOf(discoveryKey)
    if (id === null) return
    const [known] = await this.ids.keysOf([id])
    if (!known || !b4a.equals(known, discoveryKey))
      throw damage('an id does not stand for the core that it was given')
    this.ids.delete(id, discoveryKey)
    await this.index.remove(id)
    for (const user of this.users) user.left(id, discoveryKey)
  }

  /** Asks whether the peer may know of a core. If it may, the next `set()` adds it. @returns whether it may, and nobody asked later */
  async ask(core: StoredCopy): Promise<boolean> {
    const [hex, question] = [hexOf(core.discoveryKey), {}]
    this.#asked.set(hex, question)
    try {
      const isAllowed = (await this.#mayHave?.(core)) ?? true
      if (!isAllowed || this.#asked.get(hex) !== question) return false
      this.#permitted.add(hex)
      return true
    } finally {
      if (this.#asked.get(hex) === question) this.#asked.delete(hex)
    }
  }

  /** What has been answered about a core counts no more: it is taken out. */
  async revoke(discoveryKey: Uint8Array): Promise<void> {
    this.#asked.delete(hexOf(discoveryKey))
    this.#permitted.delete(hexOf(discoveryKey))
    if (!this.#isFilled) this.#revoked.set(hexOf(discoveryKey), discoveryKey)
    await this.delete(discoveryKey)
  }

  itemOf(core: StoredCopy): Item {
    const id = this.elements.idOf(core.key).slice()
    writeState(this.#state, core)
    return { id, version: this.elements.versionOf(core.key, this.#state).slice() }
  }

  /**
   * Checks what was found under an id.
   * @param discoveryKey  null = no core has this id
   * @param core          null = it is not stored
   * @throws INDEX_CORRUPT if that is not what belongs there
   */
  async check(id: Uint8Array, discoveryKey: Uint8Array | null, core: StoredCopy | null): Promise<void> {
    if (discoveryKey === null) {
      if ((await this.index.get(id)) !== null) throw damage('an id of the index stands for no core')
      return
    }
    const known = core === null ? await this.ids.idOf(discoveryKey) : this.elements.idOf(core.key)
    if (known === null || !b4a.equals(known, id))
      throw damage('an id does not stand for the core that has it')
  }
}

function hexOf(discoveryKey: Uint8Array): string {
  return b4a.toString(discoveryKey, 'hex')
}
