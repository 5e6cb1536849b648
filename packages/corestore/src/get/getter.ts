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

/** What is used of the store whose cores are got. */
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

/** What a store shows to nobody else. */
export interface StoreSecrets {
  /** @throws SESSION_CLOSED */
  checkOpen(): void
  whenOpen(): Promise<void>
  /** of the store's namespace; there is one once the store is open */
  keychain(): Keychain
  readonly names: CoreNames
}

/** `store.get()`: from what the caller wrote to a session of the one shared core. */
export class CoreGetter {
  readonly #store: GettingStore
  readonly #secrets: StoreSecrets
  /** 64 hex digits */
  readonly #namespace: string

  constructor(store: GettingStore, secrets: StoreSecrets) {
    this.#store = store
    this.#secrets = secrets
    this.#namespace = b4a.toString(store.ns, 'hex')
  }

  get(input: GetOptions | Uint8Array | string): Hypercore<unknown> {
    const opts = toOptions(input)
    const { identity, core, session } = parseGet(opts, this.#store)
    const { sessions } = this.#store
    if (identity === null) {
      const signal = new CloseSignal() // what is preloaded is the caller's, and may never settle
      return sessions.session(this.#preload(opts, signal.closed), session, signal.tell)
    }
    const loaded = this.#loaded(identity)
    if (loaded === null && (identity.name !== null || identity.key === null)) {
      return sessions.session(this.#preload(opts), session, null)
    }
    session.keyPair = identity.keyPair
    session.manifest = identity.manifest
    return sessions.session(loaded ?? this.#openCore(identity, core), session)
  }

  /** The core, when it is known at once which one is meant and it is loaded; by its name alone also open. */
  #loaded({ name, key, discoveryKey, manifest }: Identity): InnerCore | null {
    const { cores } = this.#store
    if (name === null) return key === null ? null : cores.get(discoveryKey!)
    if (typeof name !== 'string' || discoveryKey !== null || manifest !== null) return null
    const known = this.#secrets.names.get(this.#namespace, name)
    const core = known === undefined ? null : cores.get(known)
    return core !== null && hasKeyPair(core) ? core : null
  }

  /** For a name, a lone discovery key, or options that come later. @param closed  rejects when the session is closed */
  async #preload(asked: GetOptions, closed?: Promise<never>): Promise<SessionSource> {
    const { preload } = asked
    const coming = typeof preload === 'function' ? preload() : preload
    const given = closed === undefined ? await coming : await Promise.race([coming, closed])
    const all = preload ? { ...asked, ...readGetOptions(given), preload: undefined } : asked
    for (const written of [asked, given ?? {}]) refuseNotReady(written, all)
    const { identity, core: opts, session } = parseGet(all, this.#store)
    await this.#secrets.whenOpen()
    const found = await this.#find(identity!)
    if (opts.createIfMissing === false) await this.#refuseMissing(found)
    this.#secrets.checkOpen()
    try {
      return Object.assign(session, await this.#open(found, opts))
    } catch (err) {
      const isPurged =
        found.name !== null && found.key === null && (err as { code?: unknown }).code === 'STORAGE_EMPTY'
      if (!isPurged || opts.createIfMissing === false) throw err
    }
    // A purged core leaves its name behind: it is made anew.
    return Object.assign(session, await this.#open(this.#resolve(identity!, null), opts))
  }

  async #open(found: Identity, opts: CoreOptions): Promise<SessionSource> {
    const core = await this.#openNamed(found, opts)
    const { name, keyPair, manifest } = found
    if (keyPair !== null || name === null) return { core, keyPair, manifest }
    return { core, ...(await this.#keysBeside(name, core)) }
  }

  /** A core that may not be made is not opened as such: others, who may, would get it as well. */
  async #refuseMissing({ discoveryKey }: Identity): Promise<void> {
    const { cores, storage } = this.#store
    if (cores.get(discoveryKey!) !== null || (await storage.hasCore(discoveryKey!))) return
    const id = b4a.toString(discoveryKey!, 'hex')
    throw new CorestoreError('STORAGE_EMPTY', `no core is stored with discovery key ${id}`)
  }

  /** Policies know the name from now on, and it is stored when the core is open. */
  async #openNamed(identity: Identity, opts: CoreOptions): Promise<InnerCore> {
    const { names } = this.#secrets
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
      this.#secrets.checkOpen()
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
    return this.#secrets.keychain().coreOptions(name, { manifestVersion })
  }

  /** @returns 32 bytes, the discovery key stored under a name, or null */
  async #findStored(name: string | Uint8Array): Promise<Uint8Array | null> {
    const alias = toAlias(name, this.#store.ns)
    return alias === null ? null : this.#secrets.names.find(alias)
  }

  /**
   * What a stored core lacks of the keys of its name. Deriving a key pair for every core that is opened would cost more
   * than half of what opening costs. A core that was made by its key has no manifest either.
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

/** Names are stored as text; a name of other bytes still derives its keys, but is not listed. */
function toAlias(name: string | Uint8Array, namespace: Uint8Array): CoreAlias | null {
  if (typeof name === 'string') return { name, namespace }
  const text = b4a.toString(name, 'utf8')
  return b4a.equals(b4a.from(text), name) ? { name: text, namespace } : null
}
