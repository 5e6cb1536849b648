import { EventEmitter, once } from 'node:events'
import Hypercore from 'hypercore'
import CorestoreStorage from 'hypercore-storage'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type * as t from '@manycore/hypercore-types'
import type { CoreSource } from '../../src/index.js'
import { temporaryDirectory } from './temporary-directory.js'

/** A small real CoreSource: many cores in one RocksDB, opened when they are asked for, closed never. */
export class StoredCores extends EventEmitter implements CoreSource {
  readonly storage: t.CorestoreStorage
  readonly map = new Map<string, t.InnerCore>()
  readonly #sessions: t.Hypercore[] = []

  constructor(directory = temporaryDirectory()) {
    super()
    this.storage = new CorestoreStorage(directory)
  }

  [Symbol.iterator](): Iterator<t.InnerCore> {
    return this.map.values()
  }

  async open(discoveryKey: Uint8Array): Promise<t.InnerCore | null> {
    const known = this.map.get(b4a.toString(discoveryKey, 'hex'))
    if (known) return known
    if (!(await this.storage.hasCore(discoveryKey))) return null
    return this.load({ discoveryKey, createIfMissing: false })
  }

  /** Loads a core without a session: nobody wants its data. */
  load(opts: { discoveryKey: Uint8Array; [option: string]: unknown }): t.InnerCore {
    const core = Hypercore.createCore(this.storage, opts)
    core.replicator.ondownloading = () => this.emit('downloading', core)
    this.map.set(b4a.toString(opts.discoveryKey, 'hex'), core)
    return core
  }

  /** A session of a core of ours, with these blocks, or of the core with this key. */
  async get(from: { blocks: string[] } | { key: Uint8Array }, opts: object = {}): Promise<t.Hypercore> {
    const session = this.session('key' in from ? this.#remote(from.key) : this.#own(), opts)
    await session.ready()
    if ('blocks' in from) await session.append(from.blocks.map((block) => b4a.from(block)))
    return session
  }

  session(core: t.InnerCore, opts: object = {}): t.Hypercore {
    const session: t.Hypercore = new Hypercore<Uint8Array>(null, null, { core, ...opts })
    this.#sessions.push(session)
    return session
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.close()
    for (const core of this.map.values()) await core.close()
    await this.storage.close()
  }

  #own(): t.InnerCore {
    const keyPair = crypto.keyPair()
    const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
    const key = Hypercore.key(manifest)
    return this.load({ key, keyPair, manifest, discoveryKey: crypto.discoveryKey(key) })
  }

  #remote(key: Uint8Array): t.InnerCore {
    const discoveryKey = crypto.discoveryKey(key)
    return this.map.get(b4a.toString(discoveryKey, 'hex')) ?? this.load({ key, discoveryKey })
  }
}

/** Resolves with the arguments of the next `event`. */
export function next<T extends unknown[]>(emitter: unknown, event: string): Promise<T> {
  return once(emitter as EventEmitter, event) as Promise<T>
}
