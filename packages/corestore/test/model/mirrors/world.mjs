import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import b4a from 'b4a'
import { Corestore } from '@manycore/corestore'
import { MemoryEngine } from '@manycore/kv'
import crypto from 'hypercore-crypto'
import RandomAccessFile from 'random-access-file'
import { Network } from './network.mjs'

/** Name → what gives the same storage in a directory again and again. */
const STORAGES = {
  memory: () => {
    const engine = new MemoryEngine({ reusable: true })
    return () => engine
  },
  files: (directory) => () => (name) => new RandomAccessFile(name, { directory }),
  RocksDB: (directory) => () => directory
}

/** Stores that mirror, the cores that they write, and who may have which: what is, and what there must be in the end. */
export class World {
  members = []
  /** Each has an owner, who writes it, and `blocks`: what it has written, with what it has cleared. */
  cores = []
  sessions = []
  network = new Network()
  /** what was reported and should not have been */
  problems = []
  /** changes of policies that are under way */
  changing = new Set()
  /** of each block that was ever written, in order */
  serial = 0
  #directory
  #byDiscoveryKey = new Map()
  #byPublicKey = new Map()

  async open(storages) {
    this.#directory = mkdtempSync(join(tmpdir(), 'manycore-model-'))
    for (const [index, kind] of storages.entries()) {
      const keyPair = crypto.keyPair(b4a.alloc(32, index + 1))
      const place = STORAGES[kind](join(this.#directory, `${index}`))
      const member = { index, kind, keyPair, place, store: null }
      this.members.push(member)
      this.#byPublicKey.set(hex(keyPair.publicKey), member)
      this.openStore(member)
      await member.store.ready()
    }
  }

  openStore(member) {
    const store = new Corestore(member.place(), {
      mirror: true,
      lingerMs: 0,
      policy: {
        access: ({ discoveryKey }, { remotePublicKey }) => this.#gives(discoveryKey, remotePublicKey)
      }
    })
    const report = (what, err) => this.problems.push(`${what} at ${member.index}: ${err.message}`)
    store.replicator.on('core-error', (err) => isOutdated(err) || report('core-error', err))
    store.replicator.on('limited', (err) => report('limited', err))
    store.replicator.on(
      'stream-close',
      (_stream, reason) => reason !== null && report('stream-close', reason)
    )
    member.store = store
  }

  async close() {
    await this.network.end(this.members)
    for (const { store } of this.members) await store.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async create(owner, count) {
    const name = `core ${this.cores.length}`
    const session = owner.store.get({ name, active: false })
    await session.ready()
    const { key, discoveryKey } = session
    const core = { name, owner, key, blocks: [], fork: 0, holders: new Set([owner]), denied: new Map() }
    this.cores.push(core)
    this.#byDiscoveryKey.set(hex(discoveryKey), core)
    if (count > 0) await this.append(core, count, session)
    await session.close()
    return core
  }

  async append(core, count, session) {
    const added = Array.from({ length: count }, () => `block ${++this.serial}`)
    core.blocks.push(...added.map((text) => ({ text, serial: Number(text.slice(6)), isCleared: false })))
    await session.append(added.map((text) => b4a.from(text)))
  }

  /** A session at a store, which the caller closes. */
  async session(core, member, opts = {}) {
    const by = core.owner === member ? { name: core.name } : { key: core.key }
    const session = member.store.get({ ...by, active: false, ...opts })
    await session.ready()
    core.holders.add(member)
    return session
  }

  /** Calls `fn` with a session that is there only for it. */
  async during(core, member, fn) {
    const session = await this.session(core, member)
    try {
      return await fn(session)
    } finally {
      await session.close()
    }
  }

  mayHave(core, member) {
    return !core.denied.has(member)
  }

  /** Says so at all stores. @returns resolves once it is in force */
  policyChanged(core) {
    const changing = Promise.all(
      this.members.map(({ store }) => store.policyChanged({ core: core.key }))
    ).then(() => void this.changing.delete(changing))
    this.changing.add(changing)
    return changing
  }

  /** A core that a store has not heard of in time is not denied: `create()` is over before there can be a copy. */
  #gives(discoveryKey, remotePublicKey) {
    const core = this.#byDiscoveryKey.get(hex(discoveryKey))
    return core === undefined || this.mayHave(core, this.#byPublicKey.get(hex(remotePublicKey)))
  }
}

function hex(bytes) {
  return b4a.toString(bytes, 'hex')
}

/** A proof that was right when it was asked for, and does not fit any more: the core has been truncated since (docs/limits.md). */
function isOutdated({ code, cause }) {
  return code === 'BAD_PROOF' && cause?.code === 'INVALID_OPERATION'
}
