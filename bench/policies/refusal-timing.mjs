// Can a peer tell by the time to a refusal whether a core is denied or not here? Asks over loopback TCP and Noise, the
// kinds of cores mixed at random, of a Corestore on RocksDB with a policy in a process of its own.
// node bench/policies/refusal-timing.mjs --asks 2000 --connections 4 --seed 1 --together 1
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import Corestore from '@manycore/corestore'
import Hypercore from 'hypercore'
import Protomux from 'protomux'

/** @typedef {ReturnType<typeof Protomux.from>} Mux */

/** @typedef {(mux: Mux, kind: string) => Promise<void>} Ask */

/** Cores of each kind: a stored one must have closed before it is asked for again, and a packet asks for each once. */
const COUNT = 64
const DENIED = ['denied', 'denied, by a promise', 'denied, opened from disk']
const UNKNOWN = 'not here'
const KINDS = [UNKNOWN, 'not here, asked before', ...DENIED]
const PROMISE_MS = 7

/** A handshake of one byte. */
const EMPTY = {
  /** @param {import('@manycore/hypercore-types').EncodingState} state */
  preencode: (state) => void state.end++,
  /** @param {import('@manycore/hypercore-types').EncodingState} state */
  encode: (state) => void (state.buffer && (state.buffer[state.start++] = 0))
}

const script = fileURLToPath(import.meta.url)
if (process.argv[2] === 'serve') await serve(process.argv[3] ?? '')
else await main()

/** @param {string} directory */
async function serve(directory) {
  /** @type {import('@manycore/corestore').ReplicationPolicy} */
  const policy = {
    announce: () => false,
    access: ({ name }) =>
      name?.startsWith('denied, by a promise')
        ? new Promise((no) => setTimeout(no, PROMISE_MS, false))
        : false
  }
  const store = new Corestore(directory, { policy, lingerMs: 0 })
  /** @type {Record<string, string[]>} */
  const ids = {}
  for (const kind of DENIED) {
    const cores = Array.from({ length: COUNT }, (_, i) => store.get({ name: `${kind} ${i}` }))
    for (const core of cores) await core.append('secret')
    ids[kind] = cores.map(({ discoveryKey }) => Buffer.from(discoveryKey ?? []).toString('hex'))
    if (kind.includes('disk')) await Promise.all(cores.map((core) => core.close()))
  }
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    const stream = store.replicate(false)
    pipeline(stream, socket, stream, () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send?.({ port: portOf(server), ids })
  await once(process, 'disconnect')
  server.close()
  await store.close()
}

/** @param {import('node:net').Server} server  that listens */
function portOf(server) {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

async function main() {
  /** @param {number} value */
  const number = (value) => ({ type: /** @type {const} */ ('string'), default: String(value) })
  const { values } = parseArgs({
    options: { asks: number(2000), connections: number(4), seed: number(1), together: number(1) }
  })
  const [asks, together] = [Number(values.asks), Number(values.together)]
  const directory = mkdtempSync(join(tmpdir(), 'manycore-refusals-'))
  const server = fork(script, ['serve', directory])
  try {
    const [{ port, ids }] = await once(server, 'message')
    ids['not here, asked before'] = Array.from({ length: COUNT }, () => randomBytes(32).toString('hex'))
    const deck = shuffled(
      Array.from(
        { length: Math.ceil(asks / together) * KINDS.length },
        (_, i) => KINDS[i % KINDS.length] ?? UNKNOWN
      ),
      values.seed
    )
    /** @type {Map<string, number[]>} */
    const times = new Map(KINDS.map((kind) => [kind, []]))
    /** @type {Map<string, number>} */
    const turns = new Map()
    /** @type {Ask} */
    const ask = async (mux, kind) => {
      const known = ids[kind]
      const turn = turns.get(kind) ?? 0
      turns.set(kind, turn + 1)
      const id = known ? Buffer.from(known[turn % known.length], 'hex') : randomBytes(32)
      const ms = await timeToRefusal(mux, id)
      times.get(kind)?.push(ms)
    }
    await Promise.all(
      Array.from({ length: Number(values.connections) }, () => work(port, deck, ask, together))
    )
    print(times)
  } finally {
    if (server.connected) {
      server.disconnect()
      await once(server, 'exit')
    }
    rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * One connection asks for so many cores of one kind in a packet, one packet after the other, as long as there are any.
 * @param {number} port
 * @param {string[]} deck
 * @param {Ask} ask
 * @param {number} together
 */
async function work(port, deck, ask, together) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  const stream = Hypercore.createProtocolStream(true)
  pipeline(stream, socket, stream, () => {})
  await stream.noiseStream.opened
  const mux = Protomux.from(stream.noiseStream)
  for (let i = 0; i < 20 * KINDS.length; i++) await timeToRefusal(mux, randomBytes(32)) // warm
  for (let kind = deck.pop(); kind !== undefined; kind = deck.pop()) {
    mux.cork()
    const asking = Array.from({ length: together }, () => ask(mux, kind))
    mux.uncork()
    await Promise.all(asking)
  }
  const closed = new Promise((resolve) => stream.noiseStream.once('close', () => resolve(null)))
  stream.destroy()
  await closed
}

/**
 * @param {Mux} mux
 * @param {Uint8Array} id
 * @returns {Promise<number>} ms from the question to the refusal
 */
function timeToRefusal(mux, id) {
  return new Promise((resolve) => {
    const channel = mux.createChannel({
      protocol: 'hypercore/alpha',
      id,
      handshake: EMPTY,
      onclose: () => resolve(performance.now() - asked)
    })
    const asked = performance.now()
    channel?.open({})
  })
}

/** @param {Map<string, number[]>} times */
function print(times) {
  const unknown = (times.get(UNKNOWN) ?? []).toSorted((a, b) => a - b)
  console.log('| core | asks | median ms | p95 ms | p99 ms | AUC against one not here |')
  console.log('| --- | --- | --- | --- | --- | --- |')
  for (const [kind, all] of times) {
    const sorted = all.toSorted((a, b) => a - b)
    /** @param {number} share */
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(3)
    const cells = [
      kind,
      sorted.length,
      at(0.5),
      at(0.95),
      at(0.99),
      kind === UNKNOWN ? '–' : slower(sorted, unknown).toFixed(3)
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

/**
 * The probability that one of `a` is above one of `b`, both sorted; 0.5 = they cannot be told apart by rank.
 * @param {number[]} a
 * @param {number[]} b
 */
function slower(a, b) {
  let below = 0
  let equal = 0
  let sum = 0
  for (const value of a) {
    while (below < b.length && (b[below] ?? 0) < value) below++
    equal = below
    while (equal < b.length && b[equal] === value) equal++
    sum += below + (equal - below) / 2
  }
  return sum / (a.length * b.length)
}

/**
 * @template T
 * @param {T[]} list
 * @param {string} seed
 * @returns {T[]}
 */
function shuffled(list, seed) {
  let state = Number(seed) >>> 0
  for (let i = list.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const j = Math.floor((state / 2 ** 32) * (i + 1))
    const [last, chosen] = /** @type {[T, T]} */ ([list[i], list[j]])
    list[i] = chosen
    list[j] = last
  }
  return list
}
