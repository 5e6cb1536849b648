import b4a from 'b4a'
import { badArgument } from '@manycore/ground'
import type {
  CoreAlias,
  CoreOptions,
  CorestoreStorage,
  Hypercore,
  InnerCore
} from '@manycore/hypercore-types'
import type { CoreKeyMaterial, Keychain } from '@manycore/keychain'
import { CloseSignal } from '@manycore/sessions'
import type { SessionScope, SessionSource, SessionTable } from '@manycore/sessions'
import { CorestoreError, notReady } from '../errors.js'
import { parseGet, readGetOptions } from './options.js'
import type { GetOptions } from './options.js'
import { hashManifest, refuseNotReady, resolveName } from './identity.js'
import type { Identity } from './identity.js'
import type { CoreNames } from './names.js'

/** What `get()` uses of the store whose cores are opened: what everybody sees. */
export interface GettingStore {
  readonly ns: Uint8Array
  readonly manifestVersion: number
  readonly readOnly: boolean
  readonly opened: boolean
  readonly storage: CorestoreStorage
  readonly cores: SessionTable
  readonly sessions: SessionScope
  readonly globalCache: object | null
  ready(): Promise<void>
}

/** What `get()` uses of a store that nobody else sees; a `StoreLifecycle` is one. */
export interface OpenStore {
  /** @throws SESSION_CLOSED */
  checkOpen(): void
  whenOpen(): Promise<void>
  /** Of the store's namespace. There is one once the store is open. */
  readonly keychain: Keychain
}

/** `store.get()`: from what the caller wrote to a session of the one shared core. */
export class CoreGetter {
  readonly #store: GettingStore
  readonly #lifecycle: OpenStore
  readonly #names: CoreNames
  /** 64 hex digits. */
  readonly #namespace: string

  constructor(store: GettingStore, lifecycle: OpenStore, names: CoreNames) {
    this.#store = store
    this.#lifecycle = lifecycle
    this.#names = names
    this.#namespace = b4a.toString(store.ns, 'hex')
  }

  get(input: GetOptions | Uint8Array | string): Hypercore<unknown> {
    const opts = toOptions(input)
    const { identity, core, session } = parseGet(opts, this.#store)
    const { sessions } = this.#store
    if (identity === null) {
      const signal = new CloseSignal() // the preload is the caller's, and may never settle
      return sessions.session(this.#preload(opts, signal.closed), session, signal.tell)
    }
    const loaded = this.#loaded(identity)
    if (loaded === null && (identity.name !== null || identity.key === null)) {
      const source = this.#preload(opts)
      this.#names.finding(source)
      return sessions.session(source, session, null)
    }
    session.keyPair = identity.keyPair
    session.manifest = identity.manifest
    return sessions.session(loaded ?? this.#openCore(identity, core), session)
  }

  /**
   * The loaded core, if the options identify it without touching storage; otherwise null. By its name alone a core is
   * found only if it is open.
   */
  #loaded({ name, key, discoveryKey, manifest }: Identity): InnerCore | null {
    const { cores } = this.#store
    if (name === null) return key === null ? null : cores.get(discoveryKey!)
    if (typeof name !== 'string' || discoveryKey !== null || manifest !== null) return null
    const known = this.#names.get(this.#namespace, name)
    const core = known === undefined ? null : cores.get(known)
    return core !== null && hasKeyPair(core) ? core : null
  }

  /**
   * What a session opens on that is asked for by a name, by a lone discovery key, or by options that come later.
   * @param closed  rejects when the session is closed
   */
  async #preload(asked: GetOptions, closed?: Promise<never>): Promise<SessionSource> {
    const { preload } = asked
    const coming = typeof preload === 'function' ? preload() : preload
    const given = closed === undefined ? await coming : await Promise.race([coming, closed])
    const all = preload ? { ...asked, ...readGetOptions(given), preload: undefined } : asked
    for (const written of [asked, given ?? {}]) refuseNotReady(written, all)
    const { identity, core: opts, session } = parseGet(all, this.#store)
    await this.#lifecycle.whenOpen()
    const found = await this.#find(identity!)
    if (opts.createIfMissing === false) await this.#refuseMissing(found)
    this.#lifecycle.checkOpen()
    try {
      return Object.assign(session, await this.#open(found, opts))
    } catch (err) {
      const isPurged =
        found.name !== null && found.key === null && (err as { code?: unknown }).code === 'STORAGE_EMPTY'
      if (!isPurged || opts.createIfMissing === false) throw err
    }
    // A purged core leaves its name behind; under that name it is made again.
    return Object.assign(session, await this.#open(this.#resolve(identity!, null), opts))
  }

  async #open(found: Identity, opts: CoreOptions): Promise<SessionSource> {
    const core = await this.#openNamed(found, opts)
    const { name, keyPair, manifest } = found
    if (keyPair !== null || name === null) return { core, keyPair, manifest }
    return { core, ...(await this.#keysBeside(name, core)) }
  }

  /** A core that must not be made is not opened with that option: those who may make it would get the same core. */
  async #refuseMissing({ discoveryKey }: Identity): Promise<void> {
    const { cores, storage } = this.#store
    if (cores.get(discoveryKey!) !== null || (await storage.hasCore(discoveryKey!))) return
    const id = b4a.toString(discoveryKey!, 'hex')
    throw new CorestoreError('STORAGE_EMPTY', `no core is stored with discovery key ${id}`)
  }

  /** Opens a core. Policies know its name from now on, and it is stored once the core is open. */
  async #openNamed(identity: Identity, opts: CoreOptions): Promise<InnerCore> {
    const names = this.#names
    const { name, discoveryKey } = identity
    const alias = name === null ? null : toAlias(name, this.#store.ns)
    if (alias === null || names.get(this.#namespace, alias.name) !== undefined) {
      return this.#openCore(identity, opts)
    }
    names.claim(alias, discoveryKey!)
    let core
    try {
      core = this.#openCore(identity, opts)
    } catch (err) {
      names.release(alias, discoveryKey!, true)
      throw err
    }
    const release = this.#store.cores.hold(core)
    try {
      await names.settle(alias, core)
    } finally {
      release()
    }
    return core
  }

  async #find(identity: Identity): Promise<Identity> {
    const { name, key, discoveryKey } = identity
    if (name !== null) {
      const stored = await this.#findStored(name)
      this.#lifecycle.checkOpen()
      return this.#resolve(identity, stored)
    }
    if (key !== null || (await this.#store.storage.hasCore(discoveryKey!))) return identity
    const id = b4a.toString(discoveryKey!, 'hex')
    throw new CorestoreError('STORAGE_EMPTY', `no core is stored with discovery key ${id}`)
  }

  #resolve(identity: Identity, stored: Uint8Array | null): Identity {
    return resolveName(identity, stored, () => this.#derive(identity.name!))
  }

  #derive(name: string | Uint8Array): CoreKeyMaterial {
    const { manifestVersion } = this.#store
    return this.#lifecycle.keychain.coreOptions(name, { manifestVersion })
  }

  /** Looks a name up. @returns 32 bytes, the discovery key stored under it, or null */
  async #findStored(name: string | Uint8Array): Promise<Uint8Array | null> {
    const alias = toAlias(name, this.#store.ns)
    return alias === null ? null : this.#names.find(alias)
  }

  /**
   * The keys of a name that its stored core lacks. They are derived only then, because deriving a key pair for every
   * core that is opened would cost more than half of what opening costs. A core that was made by its key has no manifest
   * either.
   */
  async #keysBeside(
    name: string | Uint8Array,
    core: InnerCore
  ): Promise<Pick<Identity, 'keyPair' | 'manifest'>> {
    await core.ready()
    if (hasKeyPair(core)) return { keyPair: null, manifest: null }
    const { keyPair, manifest } = this.#derive(name)
    const fits = core.manifest === null && b4a.equals(hashManifest(manifest), core.key!)
    return { keyPair, manifest: fits ? manifest : null }
  }

  #openCore(identity: Identity, opts: CoreOptions): InnerCore {
    const { name, key, discoveryKey, keyPair, manifest } = identity
    const store = this.#store
    return store.cores.openCore(
      Object.assign({}, opts, {
        globalCache: opts.globalCache ?? store.globalCache,
        key,
        discoveryKey: discoveryKey!,
        keyPair,
        manifest,
        alias: name === null ? null : toAlias(name, store.ns),
        // A core must not be written before the primary key is known to be the right one.
        preopen: store.opened ? null : store.ready()
      })
    )
  }
}

function toOptions(input: GetOptions | Uint8Array | string): GetOptions {
  if (typeof input === 'string' || input instanceof Uint8Array) return { key: input }
  if (input === null || input === undefined) throw notReady('key', input)
  if (typeof input === 'object') {
    const opts = readGetOptions(input)
    if (!opts.preload) refuseNotReady(input, opts)
    return opts
  }
  const expected = 'a key, or an object with a name, key, discoveryKey, keyPair, manifest or preload'
  throw badArgument('options', expected, input)
}

function hasKeyPair({ header }: InnerCore): boolean {
  return !!header?.keyPair?.secretKey
}

/** How a name is stored: as text. A name of other bytes derives its keys all the same, but is not listed. */
function toAlias(name: string | Uint8Array, namespace: Uint8Array): CoreAlias | null {
  if (typeof name === 'string') return { name, namespace }
  const text = b4a.toString(name, 'utf8')
  return b4a.equals(b4a.from(text), name) ? { name: text, namespace } : null
}
