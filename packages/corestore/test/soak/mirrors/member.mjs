// A store that mirrors, in a process of its own: a hub, or one that connects to the hubs.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { Corestore } from '@manycore/corestore'
import { RandomAccessEngine } from '@manycore/kv'
import b4a from 'b4a'
import RandomAccessFile from 'random-access-file'
import { answer } from '../../../../../test/processes/orders.mjs'

const HOST = '127.0.0.1'
const STATES_AT_ONCE = 16

let store
let keyPair
/** Whom we give a core not, or from whom we take it not: discovery key and public key, in hex. */
const denied = new Set()
/** By the name of a hub. */
const connections = new Map()
const servers = []
/** What was reported that should not be, and how often. */
const reports = {}

const policy = {
  access: ({ discoveryKey }, { remotePublicKey }) =>
    !denied.has(`${hex(discoveryKey)} ${hex(remotePublicKey)}`)
}

await answer({
  async open({ directory, kind, seed, rules }) {
    keyPair = NoiseSecretStream.keyPair(b4a.alloc(32, seed))
    for (const rule of rules) denied.add(rule)
    store = new Corestore(kind === 'files' ? files(directory) : join(directory, 'rocks'), {
      mirror: true,
      lingerMs: 200
    })
    await store.ready()
    const { replicator } = store
    replicator.on('core-error', (err) => note('core-error', err))
    replicator.on('limited', (err) => note('limited', err))
    return { publicKey: hex(keyPair.publicKey) }
  },

  /** Makes cores with a block each. @returns their keys and discovery keys, in hex */
  async make({ names }) {
    const made = []
    for (const name of names) {
      const core = store.get({ name })
      await core.append(b4a.from(name))
      made.push({ key: hex(core.key), discoveryKey: hex(core.discoveryKey) })
      await core.close()
    }
    return made
  },

  /** Stores the keys of cores, because a mirror has what it is to keep from somebody who has the key. */
  async know({ keys }) {
    for (const key of keys) await using(store.get({ key: b4a.from(key, 'hex'), active: false }), () => {})
  },

  /** @returns the ports for those who may have everything, and for those who are judged */
  async listen() {
    return { open: await listen({}), judged: await listen({ policy }) }
  },

  async rule({ rule, key, isDenied }) {
    if (isDenied) denied.add(rule)
    else denied.delete(rule)
    await store.policyChanged({ core: b4a.from(key, 'hex') })
  },

  async connect({ hub, port }) {
    connections.get(hub)?.destroy()
    const socket = connect(port, HOST)
    const noise = replicate(true, socket)
    connections.set(hub, noise)
    noise.once('close', () => connections.get(hub) === noise && connections.delete(hub))
  },

  async disconnect({ hub }) {
    connections.get(hub)?.destroy()
  },

  /** @returns which hubs it is connected to */
  async connected() {
    return [...connections.keys()]
  },

  async append({ name, sizes }) {
    await using(store.get({ name, active: false }), (core) =>
      core.append(sizes.map((size) => b4a.alloc(size, name)))
    )
  },

  async truncate({ name, by }) {
    await using(store.get({ name, active: false }), (core) => core.truncate(Math.max(1, core.length - by)))
  },

  async clear({ key, at, blocks }) {
    await using(stored(key), (core) => {
      const start = core.length === 0 ? 0 : at % core.length
      return core.clear(start, Math.min(core.length, start + blocks))
    })
  },

  /** Resolves once it is level with those who are there, or after so long. @returns what differs then */
  async level({ ms }) {
    const isLevel = await Promise.race([
      store.synced().then(() => true),
      new Promise((resolve) => setTimeout(() => resolve(false), ms))
    ])
    if (isLevel) return []
    return store
      .syncView()
      .streams.filter(({ isLevel: level }) => !level)
      .map(({ isOpening, lastError, cores, entries }) => {
        const first =
          entries[0] &&
          JSON.stringify(entries[0], (_, value) => (value instanceof Uint8Array ? hex(value) : value))
        return `${isOpening ? 'opening, ' : ''}${cores.differing} differ: ${first}, ${lastError?.message}`
      })
  },

  /** The state of each core; null = it is not here. */
  async states({ keys }) {
    const states = []
    for (let at = 0; at < keys.length; at += STATES_AT_ONCE) {
      states.push(...(await Promise.all(keys.slice(at, at + STATES_AT_ONCE).map((key) => stateOf(key)))))
    }
    return states
  },

  async figures() {
    globalThis.gc?.()
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
    return { live: heapUsed + arrayBuffers, resident: rss, cores: store.cores.size, reports }
  },

  async leave() {
    for (const server of servers) server.close()
    for (const noise of connections.values()) noise.destroy()
    await store.close()
  }
})

function note(event, { code, message }) {
  const text = `${event}: ${code ?? message}`
  reports[text] = (reports[text] ?? 0) + 1
}

function files(directory) {
  const options = { memtableBytes: 200_000, cacheBytes: 400_000 }
  return new RandomAccessEngine(
    (name) => new RandomAccessFile(name, { directory: join(directory, 'files') }),
    options
  )
}

async function listen(opts) {
  const server = createServer((socket) => void replicate(false, socket, opts)).listen(0, HOST)
  await once(server, 'listening')
  servers.push(server)
  return server.address().port
}

function replicate(isInitiator, socket, opts = {}) {
  const noise = new NoiseSecretStream(isInitiator, socket, { keyPair })
  noise.on('error', () => {}) // connections end in the middle of things
  store.replicate(noise, opts)
  return noise
}

function stored(key) {
  return store.get({ key: b4a.from(key, 'hex'), active: false, createIfMissing: false })
}

async function using(core, fn) {
  try {
    await core.ready()
    await fn(core)
  } finally {
    await core.close()
  }
}

async function stateOf(key) {
  const core = stored(key)
  try {
    await core.ready()
    let held = ''
    for (let i = 0; i < core.length; i++) held += (await core.has(i)) ? '1' : '0'
    // Hypercore would ask peers for the last block, which may have been cleared before anybody else had it.
    const hash = held.endsWith('1') ? hex(await core.treeHash(core.length)) : ''
    return { length: core.length, fork: core.fork, hash, held }
  } catch (err) {
    if (err.code === 'STORAGE_EMPTY') return null
    throw err
  } finally {
    await core.close()
  }
}

function hex(bytes) {
  return b4a.toString(bytes, 'hex')
}
