import HypercoreStorage from 'hypercore-storage'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import type { Engine } from '@manycore/kv'
import { StorageError } from './errors.js'
import { EngineSession } from './facade/engine-session.js'
import { EngineState } from './facade/engine-state.js'

/**
 * A directory that cannot exist, below a file: hypercore-storage looks there for stores of Corestore 6 and
 * for what a crash of RocksDB left (3.3.1 index.js:638, migrations/0), and must find nothing.
 */
const NOWHERE = '/dev/null/manycore/db'

/** With the private members of hypercore-storage 3.3.1, index.js:491-815. */
interface Upstream extends CorestoreStorage {
  /** what every call runs first while `version` is 0: opens, checks the version, migrates */
  _migrateStore(): Promise<void>
}

const Upstream: new (db: EngineSession, opts: object) => Upstream = HypercoreStorage as unknown as new (
  db: EngineSession,
  opts: object
) => Upstream

/** hypercore-storage over an engine, not opened yet; its close() closes the engine. */
export function openEngine(engine: Engine, opts: { readOnly?: boolean }): CorestoreStorage {
  return new EngineStorage(new EngineState(engine, opts.readOnly ?? false), opts)
}

class EngineStorage extends Upstream {
  readonly #root: EngineSession
  readonly #state: EngineState
  #failure: Error | null = null
  #closing: Promise<void> | null = null

  constructor(state: EngineState, opts: { readOnly?: boolean }) {
    const root = new EngineSession(state, NOWHERE, null, true)
    super(root, { ...opts, wait: false }) // the engine has the lock, and does the waiting for it
    this.#root = root
    this.#state = state
  }

  override async _migrateStore(): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    this.#state.check('a call')
    try {
      await super._migrateStore()
    } catch (err) {
      this.#failure ??= explain(err as Error & { code?: string }, this.#state.engine.name)
      await this.#root.close().catch(() => {}) // what the caller needs is why it did not open
      throw this.#failure
    }
  }

  override close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Upstream opens a store to close it, and rejects when it cannot. */
  async #close(): Promise<void> {
    try {
      if (this.#state.opened) await super.close()
    } finally {
      await this.#root.close()
    }
  }
}

function explain(err: Error & { code?: string }, engine: string): Error {
  if (err.message.startsWith('Unsupported version')) {
    const message = `this ${engine} store was written by a newer hypercore-storage`
    return new StorageError('STORAGE_VERSION', message, { cause: err })
  }
  // A store that was never written to is written to when it is opened first.
  if (err.code === 'ENGINE_READ_ONLY') {
    return new StorageError('STORAGE_EMPTY', `there is no store in this ${engine} engine`, { cause: err })
  }
  return err
}
