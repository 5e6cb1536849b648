// Stores that mirror, in a process of their own, for fan-out.mjs: member.mjs STORAGE. Either a host, or some peers of one.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { BLOCK, memoryInUse, name } from '../stores/work.mjs'
import { storageOf } from '../growth/storages.mjs'
import { answer } from './ends.mjs'

/** @typedef {import('@manycore/corestore').Corestore} Corestore */

const MB = 1024 * 1024
const { open } = storageOf(process.argv[2] ?? '')

/** By store, how many cores have been opened since they were counted. @type {Map<Corestore, number>} */
const opened = new Map()

answer({
  /** @param {string} directory */
  async host(directory) {
    const store = await mirror(directory)
    const server = createServer((socket) => join(store, socket, false)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { port: /** @type {import('node:net').AddressInfo} */ (server.address()).port }
  },

  /** Resolves once all are level. @param {number} port @param {string[]} directories */
  async join(port, directories) {
    for (const directory of directories) {
      const store = await mirror(directory)
      join(store, connect(port, '127.0.0.1'), true)
      await store.synced()
    }
    return {}
  },

  async level() {
    for (const store of opened.keys()) await store.synced()
    return {}
  },

  /** @param {number} i  the core that gets a block */
  async append(i) {
    const before = performance.now()
    for (const store of opened.keys()) {
      // A session that wants data has Hypercore tell peers so for 20 s after it, and keep the core open.
      const core = store.get({ name: name(i), active: false })
      await core.append(BLOCK)
      await core.close()
      await store.synced()
    }
    return { ms: performance.now() - before }
  },

  /** How many have two blocks of a core. @param {number} i */
  async holding(i) {
    let holding = 0
    for (const [store, before] of opened) {
      const core = store.get({ name: name(i), createIfMissing: false, active: false })
      const isStored = await core.ready().then(
        () => true,
        () => false
      )
      if (isStored && core.length === 2 && core.contiguousLength === 2) holding++
      await core.close()
      opened.set(store, before) // what the mirror has opened counts, and this not
    }
    return { holding }
  },

  /** Forgets the cores, too, and counts anew. */
  async counted() {
    const counts = [...opened.values()]
    for (const store of opened.keys()) opened.set(store, 0)
    const figures = {
      opened: counts.reduce((all, each) => all + each, 0),
      most: Math.max(...counts),
      stores: counts.filter((each) => each > 0).length
    }
    return { ...figures, liveMb: memoryInUse() / MB, residentMb: process.memoryUsage().rss / MB }
  }
})

/** @param {string} directory */
async function mirror(directory) {
  const store = open(directory, { mirror: true, allowBackup: true, lingerMs: 0 })
  await store.ready()
  opened.set(store, 0)
  store.watch(() => opened.set(store, (opened.get(store) ?? 0) + 1))
  return store
}

/** @param {Corestore} store @param {import('node:net').Socket} socket @param {boolean} isInitiator */
function join(store, socket, isInitiator) {
  const noise = new NoiseSecretStream(isInitiator, socket)
  noise.on('error', () => {}) // it is cut when a process ends
  store.replicate(noise)
}
