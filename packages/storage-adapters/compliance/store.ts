import b4a from 'b4a'
import Hypercore from 'hypercore'
import crypto from 'hypercore-crypto'
import type { CorestoreStorage, Hypercore as Core, InnerCore } from '@manycore/hypercore-types'

/** Several cores on one storage, by name: only as much of a Corestore as the cases need. */
export class Store {
  readonly storage: CorestoreStorage
  readonly #cores = new Map<string, InnerCore>()

  constructor(storage: CorestoreStorage) {
    this.storage = storage
  }

  /** Opens a new session of the core of this name, with blocks of text. */
  async core(name: string): Promise<Core<string>> {
    let core = this.#cores.get(name)
    if (core === undefined) {
      core = Hypercore.createCore(this.storage, coreOf(name))
      this.#cores.set(name, core)
    }
    return openSession(core)
  }

  /** Opens one of a core of which only the key is known, so that it cannot be written to. */
  async reader(key: Uint8Array, opts: { eagerUpgrade?: boolean } = {}): Promise<Core<string>> {
    const id = b4a.toString(key, 'hex')
    let core = this.#cores.get(id)
    if (core === undefined) {
      core = Hypercore.createCore(this.storage, { key, discoveryKey: Hypercore.discoveryKey(key), ...opts })
      this.#cores.set(id, core)
    }
    return openSession(core)
  }

  async close(): Promise<void> {
    for (const core of this.#cores.values()) {
      await core.closeAllSessions(null)
      await core.close()
    }
    await this.storage.close()
  }
}

/** The discovery key of the core of a name. */
export function discoveryKeyOf(name: string): Uint8Array {
  return coreOf(name).discoveryKey
}

function coreOf(name: string) {
  const keyPair = crypto.keyPair(b4a.from(name.padEnd(32)))
  const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
  const key = Hypercore.key(manifest)
  return {
    keyPair,
    manifest,
    key,
    discoveryKey: Hypercore.discoveryKey(key),
    alias: { name, namespace: b4a.alloc(32) }
  }
}

async function openSession(core: InnerCore): Promise<Core<string>> {
  const session = new Hypercore<string>(null, null, { core, valueEncoding: 'utf-8' })
  await session.ready()
  return session
}
