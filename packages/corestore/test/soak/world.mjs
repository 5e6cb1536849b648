import { join } from 'node:path'
import { Corestore } from '@manycore/corestore'
import { RandomAccessEngine } from '@manycore/kv'
import crypto from 'hypercore-crypto'
import b4a from 'b4a'
import RandomAccessFile from 'random-access-file'

/** The one that has no policy: it may read nothing of the others, and all may read what it has. */
const OPEN_STORE = 0

/**
 * Stores of people who know each other by their public keys, the cores of each, and who may have which. A third of
 * the stores gives nothing on of what others wrote, another third takes no data of its own cores.
 */
export class World {
  stores = []
  cores = []
  /** what a replicator reported and should not have */
  errors = []
  #byPublicKey = new Map()
  #byDiscoveryKey = new Map()

  /** As many stores as it takes for so many pairs. */
  constructor({ directory, random, pairs, cores }) {
    this.random = random
    const count = Math.ceil((1 + Math.sqrt(1 + 8 * pairs)) / 2)
    for (let i = 0; i < count; i++) this.#addStore(directory, i)
    for (let i = 0; i < cores; i++) this.cores.push(this.#newCore(i, random.int(count)))
  }

  /** Opens the cores at their owners. */
  async open() {
    for (const core of this.cores) {
      core.session = core.owner.store.get({ name: core.name })
      core.open.set(core.owner, core.session)
      await core.session.ready()
      core.key = core.session.key
      this.#byDiscoveryKey.set(hex(core.session.discoveryKey), core)
    }
  }

  async close() {
    for (const { store } of this.stores) await store.close()
  }

  /** Those who may have a core, the owner among them. */
  readers(core) {
    return this.stores.filter((member) => this.#mayRead(core, member))
  }

  strangers(core) {
    return this.stores.filter((member) => !this.#mayRead(core, member))
  }

  #mayRead(core, member) {
    return core.owner.index === OPEN_STORE || core.owner === member || core.readers.has(member)
  }

  #addStore(directory, index) {
    const keyPair = crypto.keyPair(b4a.alloc(32, index + 1))
    const policy =
      index === OPEN_STORE
        ? null
        : {
            access: (described, peer) => this.#gives(this.stores[index], described, peer),
            download: (described, peer) => this.#takes(this.stores[index], described, peer),
            priority: ({ length }) => length % 3
          }
    const store = new Corestore(storage(directory, index), {
      policy,
      lingerMs: index % 3,
      treeCache: { maxSize: 256 }
    })
    store.replicator.setMaxListeners?.(0)
    store.replicator.on('core-error', (err, { discoveryKey }) =>
      this.errors.push(`core-error: ${err.message} (${discoveryKey && hex(discoveryKey)})`)
    )
    store.replicator.on('limited', (err) => this.errors.push(`limited: ${err.message}`))
    store.replicator.on('stream-close', (_, reason) => {
      if (reason !== null) this.errors.push(`closed: ${reason.message}`)
    })
    const member = { index, store, keyPair, isMirror: index % 3 === 1, isPublisher: index % 3 === 2 }
    this.stores.push(member)
    this.#byPublicKey.set(hex(keyPair.publicKey), member)
  }

  #newCore(index, owner) {
    const readers = new Set()
    for (let i = this.random.int(4); i > 0; i--) {
      const reader = this.random.pick(this.stores)
      if (reader.index !== OPEN_STORE && reader.index !== owner) readers.add(reader)
    }
    return {
      name: `core ${index}`,
      owner: this.stores[owner],
      readers,
      key: null,
      length: 0,
      /** member → blocks there may be although it may have the core no more */
      kept: new Map(),
      /** member → its session */
      open: new Map(),
      revocations: 0
    }
  }

  /** Every fourth answer is a promise. */
  #gives(member, { discoveryKey }, { remotePublicKey }) {
    const core = this.#byDiscoveryKey.get(hex(discoveryKey))
    const peer = this.#byPublicKey.get(hex(remotePublicKey))
    const allows =
      core !== undefined && this.#mayRead(core, peer) && (core.owner === member || !member.isMirror)
    return discoveryKey[0] % 4 === 0 ? Promise.resolve(allows) : allows
  }

  #takes(member, { discoveryKey }, { remotePublicKey }) {
    const core = this.#byDiscoveryKey.get(hex(discoveryKey))
    const peer = this.#byPublicKey.get(hex(remotePublicKey))
    if (core === undefined || (core.owner === member && member.isPublisher)) return false
    return this.#mayRead(core, peer)
  }
}

/** RocksDB, random-access files, one random-access file: what is in memory of them is bounded. */
function storage(directory, index) {
  const place = join(directory, `store-${index}`)
  if (index % 2 === 0) return place
  return new RandomAccessEngine((name) => new RandomAccessFile(name, { directory: place }), {
    memtableBytes: 100_000,
    cacheBytes: 200_000
  })
}

export function hex(bytes) {
  return b4a.toString(bytes, 'hex')
}
