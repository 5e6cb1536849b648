// One end of a connection, in a process of its own: end.mjs CONTENDER DIRECTORY.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { AT_ONCE, BLOCK, inParallel, name } from '../stores/work.mjs'
import { contenderOf } from './contenders.mjs'
import { answer } from './ends.mjs'
import { gauge } from './gauge.mjs'
import { profiled } from './profiled.mjs'

/** @typedef {import('../stores/contenders.mjs').Core} Core */

const [contender = '', directory = ''] = process.argv.slice(2)
const { isMirror, open, fill } = contenderOf(contender)

/** @type {ReturnType<typeof open>} */
let store
/** What stock has open. @type {Core[]} */
let sessions = []
/** @type {Promise<import('node:net').Socket>} */
let wire
/** @type {ReturnType<typeof gauge>} */
let gauged
let begun = 0

answer({
  /** Writes cores with one block each. @param {number} first @param {number} end  one past the last */
  async fill(first, end) {
    const before = performance.now()
    const written = fill(directory)
    await written.ready()
    await inParallel(end - first, AT_ONCE, async (i) => {
      const core = written.get({ name: name(first + i) })
      await core.append(BLOCK)
      await core.close()
    })
    await written.close()
    return { fillMs: performance.now() - before }
  },

  /** Appends a block to some cores, while the store is alone. @param {number[]} cores */
  async change(cores) {
    const changed = fill(directory)
    await changed.ready()
    await inParallel(cores.length, AT_ONCE, (i) => changed.get({ name: name(cores[i] ?? 0) }).append(BLOCK))
    await changed.close()
    return {}
  },

  /** Memory is gauged from here on. @param {number} cores  how many are stored */
  async open(cores) {
    store = open(directory)
    await store.ready()
    gauged = gauge()
    const before = performance.now()
    if (!isMirror) {
      sessions = Array.from({ length: cores }, (_, i) => store.get({ name: name(i) }))
      await inParallel(cores, AT_ONCE, (i) => sessions[i]?.ready())
    }
    return { openMs: performance.now() - before }
  },

  async listen() {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    wire = once(server, 'connection').then(([socket]) => {
      server.close()
      return socket
    })
    return { port: /** @type {import('node:net').AddressInfo} */ (server.address()).port }
  },

  /**
   * Connects, or waits for who does, and then for what this end lacks.
   * @param {number | null} port
   * @param {number[]} lacking  the cores that have grown at the other end
   * @param {string | null} profile  the file that gets a profile of it
   */
  async level(port, lacking, profile) {
    if (port !== null) wire = Promise.resolve(connect(port, '127.0.0.1'))
    const socket = await wire
    socket.setNoDelay(true)
    return profiled(profile, async () => {
      begun = performance.now()
      const keyPair = NoiseSecretStream.keyPair(Buffer.alloc(32, port === null ? 1 : 2))
      const noise = new NoiseSecretStream(port !== null, socket, { keyPair })
      noise.on('error', () => {}) // it is cut when the stores close
      store.replicate(noise)
      if (store.synced) await store.synced()
      else await Promise.all(lacking.map((i) => sessions[i]?.get(sessions[i]?.length ?? 0)))
      return { ms: performance.now() - begun }
    })
  },

  async figures() {
    const { bytesRead, bytesWritten } = await wire
    return { bytes: bytesRead + bytesWritten, ...gauged() }
  },

  /** Whether all blocks are there: lengths, and how many blocks are held, in all. @param {number[]} cores */
  async check(cores) {
    let [blocks, held] = [0, 0]
    for (const i of cores) {
      const core = store.get({ name: name(i) })
      await core.ready()
      blocks += core.length
      held += core.contiguousLength
      if (isMirror) await core.close()
    }
    return { blocks, held }
  },

  async close() {
    const socket = await wire
    socket.destroy()
    await store.close()
    return {}
  }
})
