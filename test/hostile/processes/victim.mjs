// The store that is attacked: ours, or npm Corestore, on RocksDB. It serves a core, mirrors another, and measures itself.
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from '../../processes/orders.mjs'
import { UdxEnd, listenTcp, noise } from '../wire/transports.mjs'
import { Events } from './events.mjs'
import { Meter, handles, memory } from './meter.mjs'

/** @typedef {import('@manycore/hypercore-types').Hypercore} Hypercore */

/** @typedef {import('../wire/transports.mjs').Incoming} Incoming */

const require = createRequire(import.meta.url)

/** As many blocks as the honest peer can read while an attack is played. */
const BLOCKS = 4000
const BLOCK = Buffer.alloc(1024, 'block')

/** Of the core that is held in part: 16 pages of Hypercore's bitfield. */
const PARTIAL_BLOCKS = 2 ** 19
const APPENDED_AT_ONCE = 2 ** 16

/** When a silent peer is `stalled`; the default of a minute is longer than an attack is played. */
const STALLED_MS = 2000
/** an attack lasts for three seconds, and a peer that does not answer may hold a core up for as long once */
const ANSWER_MS = 400

/** How many cores a victim that mirrors has beside those of the attack, and how many of them it makes at once. */
const STORED = 4000
const MADE_AT_ONCE = 100

/** How long a policy takes to answer, where one is in force. */
const JUDGED_MS = 2000

/** @type {import('@manycore/corestore').Corestore} */
let store
let isJudged = false
/** @type {Events} */
let events
/** Streams of hostile peers that are open. @type {Set<object>} */
const hostile = new Set()
/** How much has come in from hostile peers that are still here, by each way in. @type {Set<() => number>} */
const counters = new Set()
let receivedAndGone = 0
let receivedBefore = 0
const meter = new Meter()
/** @type {Hypercore[]} */
let cores = []
let echoes = 0

await answer({
  /** @returns {Promise<{ honest: number, hostile: number }>} ports */
  async open({ dir, kind, isMirrored }) {
    const Corestore = require(kind === 'stock' ? 'corestore' : '@manycore/corestore')
    store = new Corestore(
      dir,
      kind === 'stock' ? {} : { mirror: isMirrored, limits: { stalledMs: STALLED_MS, answerMs: ANSWER_MS } }
    )
    await store.ready()
    events = new Events(store.replicator, (stream) => stream !== null && hostile.has(stream))
    return {
      honest: await listenTcp(({ stream }) => void store.replicate(stream)),
      hostile: await listenTcp(admit)
    }
  },

  /** @returns {Promise<string[]>} the keys of the cores that are stored, and that nobody has open */
  async fill() {
    const keys = []
    for (let i = 0; i < STORED; i += MADE_AT_ONCE) {
      keys.push(
        ...(await Promise.all(Array.from({ length: MADE_AT_ONCE }, (_, j) => made(`stored ${i + j}`))))
      )
    }
    while (store.cores.size > 0) await sleep(10)
    return keys
  },

  /**
   * Opens the cores of one attack, and closes those of the one before.
   * @returns {Promise<string>} the key of the core that we write
   */
  async cores({ name, mirror }) {
    await Promise.all(cores.map((core) => core.close()))
    const core = store.get({ name })
    await core.append(Array.from({ length: BLOCKS }, () => BLOCK))
    const copy = store.get({ key: Buffer.from(mirror, 'hex') })
    await copy.ready()
    copy.download({ start: 0, end: -1 })
    // What the honest peer appends comes back to it in a core of ours, so that one round shows both directions.
    copy.on('download', () => void core.append(Buffer.from(`echo ${echoes++}`)))
    cores = [core, copy]
    return keyOf(core)
  },

  /** A core that we write, of which one block is missing. */
  async partial({ name }) {
    const core = store.get({ name })
    for (let length = 0; length < PARTIAL_BLOCKS; length += APPENDED_AT_ONCE)
      await core.append(Array.from({ length: APPENDED_AT_ONCE }, () => BLOCK.subarray(0, 1)))
    await core.clear(0, 1)
    cores.push(core)
    return keyOf(core)
  },

  /** Says whether a policy is to be in force for hostile peers. */
  async judge({ isJudged: value }) {
    isJudged = value
  },

  /** Admits hostile peers over UDX. @returns {Promise<number>} our port */
  async udx({ port, streams }) {
    const end = new UdxEnd()
    for (let id = 1; id <= streams; id++) {
      admit({ stream: noise(false, end.stream(id, port)), received: () => (id === 1 ? end.received : 0) })
    }
    return end.port
  },

  async start() {
    receivedBefore = allReceived()
    events.clear()
    meter.start()
  },

  /** What the time since `start` has cost. */
  async stop() {
    const cost = await meter.stop()
    const { seen, named } = events
    events.clear() // it knows streams
    return { ...cost, received: allReceived() - receivedBefore, events: seen, named }
  },

  /** What there is now; a collection comes first. */
  async state() {
    return { ...memory(), handles: handles(), streams: hostile.size, cores: store.cores.size }
  },

  async leave() {
    await store.close()
  }
})

/** @param {Incoming} incoming */
function admit({ stream, received }) {
  hostile.add(stream)
  counters.add(received)
  stream.once('close', () => {
    counters.delete(received)
    receivedAndGone += received()
    // Later than those who say why it has closed.
    setImmediate(() => hostile.delete(stream))
  })
  store.replicate(stream, isJudged ? { policy: slow } : {})
}

const slow = { access: () => sleep(JUDGED_MS, true) }

function allReceived() {
  return Array.from(counters).reduce((sum, count) => sum + count(), receivedAndGone)
}

/** @param {string} name */
async function made(name) {
  const core = store.get({ name })
  await core.append(BLOCK)
  await core.close()
  return keyOf(core)
}

/** @param {Hypercore} core */
function keyOf({ key }) {
  return Buffer.from(key ?? []).toString('hex')
}
