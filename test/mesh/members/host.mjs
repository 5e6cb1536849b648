// One host: a Corestore with a policy, in a process of its own, told by its parent what to do.
import Corestore from '@manycore/corestore'
import { answer, tell } from './orders.mjs'
import { CORES, HOSTS, block, firstLength, keyPair, NAMES, writerOf } from '../plan.mjs'
import { openSwarm } from './swarm.mjs'

const TOPIC = Buffer.alloc(32, 'mesh')

/**
 * Hosts that join at the same moment miss each other, or close both of two connections that they made; a swarm looks
 * again every ten minutes.
 */
const LOOK_MS = 2000

const nameOfPeer = new Map(NAMES.map((name) => [keyPair(name).publicKey.toString('hex'), name]))
const peerOf = (key) => nameOfPeer.get(Buffer.from(key).toString('hex'))

const cores = new Map()
const idOfCore = new Map()
const moved = { up: [], down: [] }
/** connection → its number, from 1 */
const numbers = new WeakMap()
let connections = 0
let me, store, net, dieAt, looking

await answer({
  /** Opens the store and writes what this host writes. Returns the keys of its cores. */
  async open({ host, dir, deathAt = null }) {
    me = host
    dieAt = deathAt
    store = new Corestore(dir, { policy: policy() })
    const keys = {}
    for (const id of CORES.filter((id) => writerOf(id) === me)) {
      const core = store.namespace(id).get({ name: id })
      await core.ready()
      if (core.length === 0) await append(core, id, firstLength(id))
      keys[id] = core.key.toString('hex')
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
    for (const [id, core] of cores) idOfCore.set(Buffer.from(core.discoveryKey).toString('hex'), id)

    net = openSwarm({ bootstrap, address, weather, keyPair: keyPair(me) })
    net.swarm.on('connection', (connection) => {
      numbers.set(connection, ++connections)
      connection.on('error', () => {}) // a peer that was killed or cut off; it comes back
      store.replicate(connection)
      connection.once('open', () => tell({ peer: peerOf(connection.remotePublicKey) }))
      if (connection.opened) tell({ peer: peerOf(connection.remotePublicKey) })
    })
    for (const core of cores.values()) if (!core.writable) core.download({ start: 0, end: -1 })
    const topic = net.swarm.join(TOPIC)
    await topic.flushed()
    looking = setInterval(() => topic.refresh().catch(() => {}), LOOK_MS)
  },

  async append({ core, blocks }) {
    await append(cores.get(core), core, blocks)
    return cores.get(core).length
  },

  /** Resolves once this host has all blocks [0, length) of a core. */
  async have({ core, length }) {
    const session = cores.get(core)
    if (session.length < length || !(await session.has(0, length)))
      await session.download({ start: 0, end: length }).done()
    return session.contiguousLength
  },

  async lengths() {
    return Object.fromEntries([...cores].map(([id, core]) => [id, core.contiguousLength]))
  },

  async cut({ isCut }) {
    net.cut(isCut)
  },

  async report() {
    return { moved, connections, weather: net.weatherSeen() }
  },

  async leave() {
    clearInterval(looking)
    await net?.swarm.destroy({ force: true })
    await store?.close()
  }
})

function policy() {
  const { hands, takes } = HOSTS[me]
  if (hands === null) return undefined
  const id = ({ discoveryKey }) => idOfCore.get(Buffer.from(discoveryKey).toString('hex'))
  const other = ({ remotePublicKey }) => peerOf(remotePublicKey)
  return {
    announce: (core, peer) =>
      hands(id(core), other(peer)) || (!core.writable && takes(id(core), other(peer))),
    access: (core, peer) => hands(id(core), other(peer)),
    download: (core, peer) => takes(id(core), other(peer))
  }
}

function watch(id, core) {
  cores.set(id, core)
  core.on('upload', (index, _bytes, { remotePublicKey, protomux }) =>
    moved.up.push([id, index, peerOf(remotePublicKey), numbers.get(protomux.stream)])
  )
  core.on('download', (index, _bytes, peer) => {
    moved.down.push([id, index, peerOf(peer.remotePublicKey)])
    // Right here, with requests on their way: no parent could be so exact.
    if (dieAt?.core === id && moved.down.filter(([each]) => each === id).length === dieAt.blocks) {
      process.kill(process.pid, 'SIGKILL')
    }
  })
}

async function append(core, id, count) {
  const from = core.length
  await core.append(Array.from({ length: count }, (_, i) => block(id, from + i)))
}
