import b4a from 'b4a'
import type { CoreAlias, CorestoreStorage, Hypercore, InnerCore } from '@manycore/hypercore-types'
import type { Keychain } from '@manycore/keychain'
import type { SessionScope, SessionSource, SessionTable } from '@manycore/sessions'
import { CorestoreError, badArgument } from './errors.js'
import { parseGet } from './get-options.js'
import type { CoreOptions, GetOptions } from './get-options.js'
import { resolveName } from './identity.js'
import type { Identity } from './identity.js'

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
}

/** `store.get()`: from what the caller wrote to a session of the one shared core. */
export class CoreGetter {
  readonly #store: GettingStore
  readonly #secrets: StoreSecrets

  constructor(store: GettingStore, secrets: StoreSecrets) {
    this.#store = store
    this.#secrets = secrets
  }

  get(input: GetOptions | Uint8Array | string): Hypercore<unknown> {
    const opts = toOptions(input)
    const { identity, core, session } = parseGet(opts, this.#store)
    const known = identity !== null && identity.name === null && identity.key !== null
    const source = known ? this.#openCore(identity, core) : this.#preload(opts)
    return this.#store.sessions.session(source, { ...session, ...(known && ofIdentity(identity)) })
  }

  /** For a name, a lone discovery key, or options that come later. */
  async #preload(asked: GetOptions): Promise<SessionSource> {
    const { preload, ...rest } = asked
    const late = typeof preload === 'function' ? await preload() : await preload
    const { identity, core, session } = parseGet({ ...rest, ...late, preload: undefined }, this.#store)
    await this.#secrets.whenOpen()
    const found = await this.#find(identity!)
    this.#secrets.checkOpen()
    return { core: this.#openCore(found, core), ...session, ...ofIdentity(found) }
  }

  async #find(identity: Identity): Promise<Identity> {
    const { name, key, discoveryKey } = identity
    const { storage, ns } = this.#store
    if (name !== null) {
      const alias = toAlias(name, ns)
      const stored = alias === null ? null : await storage.getAlias(alias)
      this.#secrets.checkOpen()
      return resolveName(identity, this.#secrets.keychain().coreOptions(name, this.#store), stored)
    }
    if (key !== null || (await storage.hasCore(discoveryKey!))) return identity
    const id = b4a.toString(discoveryKey!, 'hex')
    throw new CorestoreError('STORAGE_EMPTY', `no core is stored with discovery key ${id}`)
  }

  #openCore(identity: Identity, opts: CoreOptions): InnerCore {
    const { name, key, discoveryKey, keyPair, manifest } = identity
    const store = this.#store
    return store.cores.openCore({
      ...opts,
      globalCache: opts.globalCache ?? store.globalCache,
      key,
      discoveryKey: discoveryKey!,
      keyPair,
      manifest,
      alias: name === null ? null : toAlias(name, store.ns),
      // A core must not be written before the primary key is known to be the right one.
      preopen: store.opened ? null : store.ready()
    })
  }
}

function toOptions(input: GetOptions | Uint8Array | string): GetOptions {
  if (typeof input === 'string' || input instanceof Uint8Array) return { key: input }
  if (typeof input === 'object' && input !== null) return input
  const expected = 'a key, or an object with a name, key, discoveryKey, keyPair, manifest or preload'
  throw badArgument('options', expected, input)
}

function ofIdentity({ keyPair, manifest }: Identity): Pick<Identity, 'keyPair' | 'manifest'> {
  return { keyPair, manifest }
}

/** Names are stored as text; a name of other bytes still derives its keys, but is not listed. */
function toAlias(name: string | Uint8Array, namespace: Uint8Array): CoreAlias | null {
  if (typeof name === 'string') return { name, namespace }
  const text = b4a.toString(name, 'utf8')
  return b4a.equals(b4a.from(text), name) ? { name: text, namespace } : null
}
