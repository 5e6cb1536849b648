import b4a from 'b4a'
import { BoundedMap } from '@manycore/ground'
import type { CoreAlias, CorestoreStorage, InnerCore } from '@manycore/hypercore-types'
import type { CoreSource, LoadedCores, StoredCopies } from '@manycore/replicator'
import type { SessionTable } from '@manycore/sessions'
import { nameCore } from '@manycore/storage-adapters'
import { NAMES_KEPT } from '../defaults.js'
import { CorestoreError } from '../errors.js'
import { NamesAtOnce } from './names-at-once.js'

/** A name that somebody is opening, and the core it means. */
interface Claim {
  /** 64 hex digits */
  readonly discoveryKey: string
  /** Until now the core could only be opened without this name. */
  readonly isNews: boolean
  callers: number
}

/**
 * Which core each name means, and which names each core has. A store shares it with its sessions.
 *
 * A core is stored with one name, its first. Others, which only a manifest of the caller's can give it, are known from
 * the `get()` that uses them until the store closes.
 */
export class CoreNames {
  readonly #storage: CorestoreStorage
  readonly #onnamed: (core: InnerCore) => void
  /** Names that were asked for lately and are stored with their core → its discovery key in hex. */
  readonly #stored = new BoundedMap<string, string>(NAMES_KEPT)
  /** Names of which it is not known yet whether they are stored. */
  readonly #claims = new Map<string, Claim>()
  /** Hex discovery key → names that are not stored with the core, or not yet. */
  readonly #given = new Map<string, CoreAlias[]>()
  readonly #atOnce: NamesAtOnce
  /** What sessions are to open on whose core is being looked up. */
  readonly #finding = new Set<Promise<unknown>>()

  /** @param onnamed  called when a core gets a name without which it could be opened before */
  constructor(storage: CorestoreStorage, onnamed: (core: InnerCore) => void) {
    this.#storage = storage
    this.#onnamed = onnamed
    this.#atOnce = new NamesAtOnce(storage)
  }

  /**
   * The core of a name, known at once: a stored name never comes to mean another core.
   * @returns its discovery key as 64 hex digits, or undefined if the name was not asked for lately
   */
  get(namespace: string, name: string): string | undefined {
    return this.#stored.get(namespace + name)
  }

  /** A session waits for a core that is being looked up, or made. */
  finding(source: Promise<unknown>): void {
    const settled = (): void => void this.#finding.delete(source)
    this.#finding.add(source)
    source.then(settled, settled)
  }

  /** Resolves once all cores are found, or not there, that are being looked up now. */
  async whenFound(): Promise<void> {
    await Promise.allSettled(this.#finding)
  }

  /** Looks a name up. @returns 32 bytes, the discovery key of the core stored under it, or null */
  async find(alias: CoreAlias): Promise<Uint8Array | null> {
    const known = this.#stored.get(toId(alias))
    if (known !== undefined) return b4a.from(known, 'hex')
    const stored = await this.#storage.getAlias(alias)
    if (stored !== null) this.#remember(alias, stored)
    return stored
  }

  /**
   * From now on the name means this core, and policies see it. `settle()` or `release()` must follow.
   * @throws STORAGE_CONFLICT if it is being given to another core at the moment: first come, first served
   */
  claim(alias: CoreAlias, discoveryKey: Uint8Array): void {
    const id = toId(alias)
    const hex = b4a.toString(discoveryKey, 'hex')
    const given = this.#given.get(hex) ?? []
    const isNews = !given.some((one) => isSame(one, alias))
    const claim = this.#claims.get(id) ?? { discoveryKey: hex, isNews, callers: 0 }
    if (claim.discoveryKey !== hex) {
      const name = JSON.stringify(alias.name)
      throw new CorestoreError('STORAGE_CONFLICT', `the name ${name} is being given to another core`)
    }
    claim.callers++
    this.#claims.set(id, claim)
    if (isNews) this.#given.set(hex, [...given, alias])
    this.#atOnce.note(hex, alias, false)
  }

  /** Stores the name with the core it means if that has none, because it was first opened by key or key pair. */
  async settle(alias: CoreAlias, core: InnerCore): Promise<void> {
    const { discoveryKey } = core
    let isStored = this.#stored.has(toId(alias))
    try {
      if (isStored) return
      // The core reads the same in this turn of the event loop.
      const [early] = await Promise.all([this.#nameOf(discoveryKey), core.ready()])
      const name = early === undefined ? await this.#nameOf(discoveryKey) : early
      isStored = isSame(name, alias)
      if (isStored) return
      if (!name && !this.#storage.readOnly) isStored = await nameCore(this.#storage, discoveryKey, alias)
      if (this.#claims.get(toId(alias))?.isNews) this.#onnamed(core)
    } finally {
      if (isStored) this.#remember(alias, discoveryKey)
      this.release(alias, discoveryKey, isStored || !core.opened)
    }
  }

  /** Ends a claim. @param forget  the core does not have the name, or is stored with it */
  release(alias: CoreAlias, discoveryKey: Uint8Array, forget: boolean): void {
    const id = toId(alias)
    const claim = this.#claims.get(id)
    if (claim === undefined || --claim.callers > 0) return
    this.#claims.delete(id)
    const hex = b4a.toString(discoveryKey, 'hex')
    const left = (this.#given.get(hex) ?? []).filter((one) => !forget || !isSame(one, alias))
    if (left.length > 0) this.#given.set(hex, left)
    else this.#given.delete(hex)
  }

  /** All names of a core that are known at this moment, beginning with the one it is stored under. */
  async of({ discoveryKey }: InnerCore): Promise<readonly CoreAlias[]> {
    const hex = b4a.toString(discoveryKey, 'hex')
    // A name that is stored meanwhile is no longer given, and what was read before that does not have it.
    const before = this.#given.get(hex) ?? []
    const stored = await this.#nameOf(discoveryKey)
    const all = [...(stored ? [stored] : []), ...before, ...(this.#given.get(hex) ?? [])]
    return all.filter((one, i) => all.findIndex((other) => isSame(other, one)) === i)
  }

  /** The names of cores, as far as they are known now. @param found  called once more of them are known */
  atOnce(discoveryKeys: readonly Uint8Array[], found: () => void): (CoreAlias | null)[] {
    return this.#atOnce.of(discoveryKeys, found)
  }

  #remember(alias: CoreAlias, discoveryKey: Uint8Array): void {
    const hex = b4a.toString(discoveryKey, 'hex')
    this.#stored.set(toId(alias), hex)
    this.#atOnce.note(hex, alias, true)
  }

  /** @returns the name that is stored with a core, null if it has none, undefined if the core is not stored */
  async #nameOf(discoveryKey: Uint8Array): Promise<CoreAlias | null | undefined> {
    const info = await this.#storage.getInfo(discoveryKey, { auth: false, head: false, hints: false })
    return info === null ? undefined : (info.core.alias ?? null)
  }
}

function toId({ namespace, name }: CoreAlias): string {
  return b4a.toString(namespace, 'hex') + name
}

function isSame(one: CoreAlias | null | undefined, other: CoreAlias): boolean {
  return !!one && one.name === other.name && b4a.equals(one.namespace, other.namespace)
}

function loadedCores(table: SessionTable): LoadedCores {
  return {
    has: (discoveryKey) => table.get(discoveryKey) !== null,
    close: (core) => table.closeIdle(core),
    watch(fn) {
      const onidle = (core: InnerCore): void => fn(core, 'idle')
      const onclose = (core: InnerCore): void => fn(core, 'closed')
      table.on('core-idle', onidle).on('core-close', onclose)
      return () => void table.off('core-idle', onidle).off('core-close', onclose)
    }
  }
}

/** The open cores of a store as a source for the replicator: with the names that policies ask for. */
export function namedCores(table: SessionTable, names: CoreNames, stored: StoredCopies): CoreSource {
  return {
    stored,
    [Symbol.iterator]: () => table[Symbol.iterator](),
    open: (discoveryKey) => table.open(discoveryKey),
    on: (event, fn) => table.on(event, fn),
    off: (event, fn) => table.off(event, fn),
    watch: (fn) => table.watch(fn),
    hold: (core) => table.hold(core),
    loaded: loadedCores(table),
    describe: (core) => names.of(core),
    namesOf: (discoveryKeys, found) => names.atOnce(discoveryKeys, found)
  }
}
