import { Keychain } from '@manycore/keychain'
import type { Corestore } from '../corestore.js'
import { CorestoreError } from '../errors.js'
import type { StoreRoot } from './root.js'

/** From its opening to its closing: may a store, or a session of one, be called, and with which keys? */
export class StoreLifecycle {
  readonly #store: Corestore
  readonly #shared: StoreRoot
  #keychain: Keychain | null = null
  /** Why the store failed to open. */
  #failure: unknown = null

  constructor(store: Corestore, shared: StoreRoot) {
    this.#store = store
    this.#shared = shared
  }

  /** The keys of the store's namespace. There are some once whenOpen() has resolved. */
  get keychain(): Keychain {
    return this.#keychain!
  }

  /** @throws SESSION_CLOSED if the store, or the root store, is closing */
  checkOpen(): void {
    const { closing, root } = this.#store
    if (closing === null && (root === null || root.closing === null)) return
    const why = this.#failure === null ? undefined : { cause: this.#failure }
    throw new CorestoreError('SESSION_CLOSED', 'the store is closed', why)
  }

  /** @throws SESSION_CLOSED, and whatever opening the store throws */
  async whenOpen(): Promise<void> {
    this.checkOpen()
    if (!this.#store.opened) await this.#store.ready()
    this.checkOpen()
  }

  async open(): Promise<void> {
    const { root, ns } = this.#store
    try {
      await (root === null ? this.#shared.open() : root.ready())
      this.#keychain = new Keychain(this.#shared.primaryKey!, { namespace: ns })
    } catch (err) {
      this.#failure = err
      this.#shared.leave(this.#store)
      throw err
    }
  }

  async close(): Promise<void> {
    const { root, sessions } = this.#store
    try {
      if (root === null) await this.#shared.close(sessions)
      else await sessions.close()
    } finally {
      this.#shared.leave(this.#store)
      this.#keychain?.destroy()
    }
  }
}
