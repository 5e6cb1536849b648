// One host: a Corestore with a policy, in a process of its own, told by its parent what to do.
import Corestore from '@manycore/corestore'
import { answer, tell } from '../../processes/orders.mjs'
import { CORES, block, hostOf, firstLength, keyPair, NAMES, writerOf } from '../plan.mjs'
import { openSwarm } from './swarm.mjs'

/** @typedef {import('@manycore/hypercore-types').Hypercore} Hypercore */

/** @typedef {[core: string, index: number, peer: string | undefined, connection?: number]} Move  of a block; connection: its number */

const TOPIC = Buffer.alloc(32, 'mesh')

/**
 * Hosts that join at the same moment miss each other, or close both of two connections that they made; a swarm looks
 * again every ten minutes.
 */
const LOOK_MS = 2000

const nameOfPeer = new Map(NAMES.map((name) => [hex(keyPair(name).publicKey), name]))
/** @param {Uint8Array | null} key */
const peerOf = (key) => nameOfPeer.get(hex(key))

/** @type {Map<string, Hypercore>} */
const cores = new Map()
/** @type {Map<string, string>} */
const idOfCore = new Map()
/** @type {{ up: Move[], down: Move[] }} */
const moved = { up: [], down: [] }
/** connection → its number, from 1 */
const numbers = new WeakMap()
let connections = 0
/** @type {string} */
let me
/** @type {Corestore} */
let store
/** @type {ReturnType<typeof openSwarm> | undefined} */
let net
/** @type {{ core: string, blocks: number } | null} */
let dieAt = null
/** @type {NodeJS.Timeout | undefined} */
let looking

await answer({
  /** Opens the store and writes what this host writes. Returns the keys of its cores. */
  async open({ host, dir, deathAt = null }) {
    me = host
    dieAt = deathAt
    store = new Corestore(dir, { policy: policy() })
    /** @type {Record<string, string>} */
    const keys = {}
    for (const id of CORES.filter((id) => writerOf(id) === me)) {
      const core = store.namespace(id).get({ name: id })
      await core.ready()
      if (core.length === 0) await append(core, id, firstLength(id))
      keys[id] = hex(core.key)
      watch(id, core)
    }
    return keys
  },

  /** Every host knows every key and wants everything: what holds it back is the policies alone. */
  async join({ keys, bootstrap, address, weather }) {
    for (const [id, key] of Object.entries(keys)) {
      if (!cores.has(id)) watch(id, store.get({ key: Buffer.from(key, 'hex') }))
    }
    await Promise.all([...cores.values()].map((core) => core.ready()))
    for (const [id, core] of cores) idOfCore.set(hex(core.discoveryKey), id)

    net = openSwarm({ bootstrap, address, weather, keyPair: keyPair(me) })
    net.swarm.on('connection', (connection) => {
      numbers.set(connection, ++connections)
      connection.on('error', () => {}) // a peer that was killed or cut off; it comes back
      store.replicate(connection)
      connection.once('open', () => tell({ peer: peerOf(connection.remotePublicKey) }))
      if (connection.connected) tell({ peer: peerOf(connection.remotePublicKey) })
    })
    for (const core of cores.values()) if (!core.writable) core.download({ start: 0, end: -1 })
    const topic = net.swarm.join(TOPIC)
    await topic.flushed()
    looking = setInterval(() => topic.refresh().catch(() => {}), LOOK_MS)
  },

  async append({ core, blocks }) {
    await append(coreOf(core), core, blocks)
    return coreOf(core).length
  },

  /** Resolves once this host has all blocks [0, length) of a core. */
  async have({ core, length }) {
    const session = coreOf(core)
    if (session.length < length || !(await session.has(0, length)))
      await session.download({ start: 0, end: length }).done()
    return session.contiguousLength
  },

  async lengths() {
    return Object.fromEntries([...cores].map(([id, core]) => [id, core.contiguousLength]))
  },

  async cut({ isCut }) {
    net?.cut(isCut)
  },

  async report() {
    return { moved, connections, weather: net?.weatherSeen() }
  },

  async leave() {
    clearInterval(looking)
    await net?.swarm.destroy({ force: true })
    await store?.close()
  }
})

/** @returns {import('@manycore/corestore').ReplicationPolicy | undefined} */
function policy() {
  const { hands, takes } = hostOf(me)
  if (hands === null || takes === null) return undefined
  /** @param {{ discoveryKey: Uint8Array }} core */
  const id = ({ discoveryKey }) => idOfCore.get(hex(discoveryKey)) ?? 'unknown'
  /** @param {{ remotePublicKey: Uint8Array | null }} peer */
  const other = ({ remotePublicKey }) => peerOf(remotePublicKey) ?? 'unknown'
  return {
    announce: (core, peer) =>
      hands(id(core), other(peer)) || (!core.writable && takes(id(core), other(peer))),
    access: (core, peer) => hands(id(core), other(peer)),
    download: (core, peer) => takes(id(core), other(peer))
  }
}

/**
 * @param {string} id
 * @param {Hypercore} core
 */
function watch(id, core) {
  cores.set(id, core)
  core.on('upload', (index, _bytes, { remotePublicKey, protomux }) => {
    moved.up.push([id, index, peerOf(remotePublicKey), numbers.get(protomux.stream)])
  })
  core.on('download', (index, _bytes, peer) => {
    moved.down.push([id, index, peerOf(peer.remotePublicKey)])
    // Right here, with requests on their way: no parent could be so exact.
    if (dieAt?.core === id && blocksOf(id).size === dieAt.blocks) {
      process.kill(process.pid, 'SIGKILL')
    }
  })
}

/** @param {string} id */
function coreOf(id) {
  const core = cores.get(id)
  if (core === undefined) throw new Error(`${me} knows no ${id}`)
  return core
}

/** @param {Uint8Array | null} key  null: not known yet, which no other one is */
function hex(key) {
  return key === null ? '' : Buffer.from(key).toString('hex')
}

/**
 * The blocks of a core that came from others, each counted once: Hypercore asks a second peer when the first is slow,
 * and then both may send it.
 * @param {string} id
 */
function blocksOf(id) {
  return new Set(moved.down.flatMap(([core, index]) => (core === id ? [index] : [])))
}

/**
 * @param {Hypercore} core
 * @param {string} id
 * @param {number} count
 */
async function append(core, id, count) {
  const from = core.length
  await core.append(Array.from({ length: count }, (_, i) => block(id, from + i)))
}
