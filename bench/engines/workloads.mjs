// One function per workload: ({ open, scale, directory }) → figures. `open()` gives a storage on the same data each
// time; what is measured is only what stands between start() and stop().
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Corestore from '@manycore/corestore'
import Hypercore from 'hypercore'
import { keyOf } from '../stores/replication.mjs'

/** @typedef {import('../measure/table.mjs').Figures} Figures */

/** @typedef {import('@manycore/hypercore-types').CorestoreStorage} Storage */

/** @typedef {import('@manycore/hypercore-types').Hypercore} Core */

/** @typedef {{ open: () => Storage, scale: number, directory: string }} Work */

/** @typedef {(work: Work) => Promise<Figures>} Measure */

/** @typedef {{ createBlockStream(range: { gte: number, lt: number }): AsyncIterable<{ value: unknown }> }} BlockSource */

const BLOCK = Buffer.alloc(100, 'x')

/** @type {Record<string, Measure>} */
const MEASURES = {
  'append one by one': async ({ open, scale }) => {
    const core = await openCore(open)
    const n = 100_000 * scale
    const stop = start(n)
    for (let i = 0; i < n; i++) await core.append(BLOCK)
    const figures = stop()
    await core.close()
    return figures
  },

  'append, batches of 64': async ({ open, scale }) => {
    const core = await openCore(open)
    const n = 100_000 * scale
    const stop = start(n)
    await fill(core, n, 64)
    const figures = stop()
    await core.close()
    return figures
  },

  'random gets, serial, just reopened': async ({ open, scale }) => {
    const n = 1_000_000 * scale
    const core = await reopened(open, n)
    const next = randomNumbers(n)
    const gets = 20_000 * Math.min(1, scale * 10)
    const stop = start(gets)
    for (let i = 0; i < gets; i++) await core.get(next())
    const figures = stop()
    await core.close()
    return figures
  },

  'random gets, hot set': async ({ open, scale }) => {
    const n = 1_000_000 * scale
    const core = await reopened(open, n)
    const next = randomNumbers(Math.min(n, 20_000))
    const gets = 50_000 * Math.min(1, scale * 10)
    for (let i = 0; i < Math.min(n, 20_000); i++) await core.get(i)
    const stop = start(gets)
    for (let i = 0; i < gets; i++) await core.get(next())
    const figures = stop()
    await core.close()
    return figures
  },

  'read stream': async ({ open, scale }) => {
    const n = 200_000 * scale
    const core = await reopened(open, n)
    const rows = blocksOf(core, n)
    const stop = start(n)
    let seen = 0
    for await (const row of rows) if (row.value) seen++
    const figures = stop()
    if (seen !== n) throw new Error(`read ${seen} of ${n} blocks`)
    await core.close()
    return figures
  },

  'replicate into it': async ({ open, scale }) => {
    const n = 50_000 * scale
    const source = new Corestore(await emptyMemory())
    const from = source.get({ name: 'source' })
    await fill(from, n, 1000)
    const target = new Corestore(open())
    const to = target.get(keyOf(from))
    await to.ready()
    const [near, far] = [source.replicate(true), target.replicate(false)]
    for (const stream of [near, far]) stream.on('error', () => {}) // cut below
    const stop = start(n)
    near.pipe(far).pipe(near)
    await to.download({ start: 0, end: n }).done()
    const figures = stop()
    await Promise.all([source.close(), target.close()])
    return figures
  },

  'open stored cores by key': async ({ open, scale }) => {
    const n = 5_000 * scale
    /** @type {Uint8Array[]} */
    const keys = []
    const before = new Corestore(open())
    for (let i = 0; i < n; i++) {
      const core = before.get({ name: `core ${i}` })
      await core.append(BLOCK)
      keys.push(keyOf(core))
      await core.close()
    }
    await before.close()
    const store = new Corestore(open())
    await store.ready()
    const stop = start(n)
    for (let i = 0; i < n; i += 64) {
      await Promise.all(keys.slice(i, i + 64).map((key) => store.get(key).ready()))
    }
    const figures = stop()
    await store.close()
    return figures
  },

  reopen: async ({ open, scale }) => {
    const core = await openCore(open)
    await fill(core, 1_000_000 * scale, 1000)
    await core.close()
    const storage = open()
    const stop = start(1)
    await storage.ready()
    await storage.getSeed()
    const figures = stop()
    await storage.close()
    return figures
  },

  /** rss after filling, reopening and 20,000 random reads, in a process that did nothing else since */
  'resident memory': async ({ open, scale }) => {
    const n = 1_000_000 * scale
    const core = await openCore(open)
    const next = randomNumbers(n)
    for (let i = 0; i < 20_000; i++) await core.get(next())
    globalThis.gc?.()
    const figures = { megabytes: process.memoryUsage().rss / 1e6 }
    await core.close()
    return figures
  },

  /** bytes on disk: the most while running, at the end, and once merged */
  'disk after single appends': async ({ open, scale, directory }) => {
    const storage = open()
    const core = new Hypercore(storage)
    await core.ready()
    const n = 100_000 * scale
    let most = 0
    for (let i = 0; i < n; i++) {
      await core.append(BLOCK)
      if (i % 1000 === 0) most = Math.max(most, bytesOf(directory))
    }
    await storage.compact()
    await core.close()
    const merged = bytesOf(directory)
    const live = n * (BLOCK.byteLength + 2 * 41) // a block and about two tree nodes
    return { most: most / live, merged: merged / live }
  }
}

/** @type {Record<string, Measure>} */
const PREPARES = {
  'resident memory': async ({ open, scale }) => {
    const core = await openCore(open)
    await fill(core, 1_000_000 * scale, 1000)
    await core.close()
    return {}
  }
}

const PERSISTENT_ONLY = new Set([
  'reopen',
  'resident memory',
  'disk after single appends',
  'open stored cores by key'
])

export const WORKLOADS = Object.fromEntries(
  Object.entries(MEASURES).map(([name, measure]) => [
    name,
    {
      skip: PERSISTENT_ONLY.has(name) ? ['memory'] : [],
      prepare: optional(PREPARES[name]),
      measure: onStorage(measure)
    }
  ])
)

/** @param {Measure} work */
function onStorage(work) {
  /** @param {{ contender: (directory: string) => Storage, scale: number, directory: string }} context */
  return ({ contender, scale, directory }) => work({ open: () => contender(directory), scale, directory })
}

/** @param {Measure | undefined} work */
function optional(work) {
  return work && onStorage(work)
}

/** @param {() => Storage} open */
async function openCore(open) {
  const core = new Hypercore(open())
  await core.ready()
  return core
}

/**
 * @param {() => Storage} open
 * @param {number} n
 */
async function reopened(open, n) {
  const core = await openCore(open)
  await fill(core, n, 1000)
  await core.close()
  return openCore(open)
}

/**
 * @param {Core} core
 * @param {number} n
 * @param {number} batch
 */
async function fill(core, n, batch) {
  const blocks = Array.from({ length: batch }, () => BLOCK)
  for (let i = 0; i < n; i += batch) await core.append(i + batch <= n ? blocks : blocks.slice(0, n - i))
}

/**
 * The blocks as the storage reads them, which is a private part of Hypercore's core.
 * @param {Core} core
 * @param {number} n
 */
function blocksOf({ core }, n) {
  const { storage } = /** @type {{ storage: BlockSource }} */ (/** @type {unknown} */ (core))
  return storage.createBlockStream({ gte: 0, lt: n })
}

async function emptyMemory() {
  const { MemoryEngine } = await import('@manycore/kv')
  return new MemoryEngine()
}

/**
 * @param {number} operations
 * @returns {() => Figures} ends the measurement: ms, and operations per second
 */
function start(operations) {
  const before = performance.now()
  return () => {
    const ms = performance.now() - before
    return { ms, perSecond: (operations / ms) * 1000 }
  }
}

/**
 * Integers in [0, n), the same in every run: mulberry32
 * @param {number} n
 */
function randomNumbers(n) {
  let state = 1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

/** @param {string} directory */
function bytesOf(directory) {
  let bytes = 0
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    // A merge may remove a file between the listing and this.
    if (entry.isFile())
      bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}
