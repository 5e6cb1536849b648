// One entry per workload. `prepare` runs in a process before it; of `measure`, only what stands between start() and
// stop() counts. The figures are ms, and what else a row asks for.
import { writeFile } from 'node:fs/promises'
import { appendLatency } from './append-latency.mjs'
import { importTime } from './import-time.mjs'
import { attachStreams, keyOf, replicateMany, replicateOne, serveClosed } from './replication.mjs'
import { AT_ONCE, BLOCK, inParallel, memoryInUse, name, start } from './work.mjs'

/** @typedef {import('./contenders.mjs').Context} Context */

/** @typedef {import('./contenders.mjs').Figures} Figures */

/** @typedef {import('./contenders.mjs').Store} Store */

/**
 * @typedef {object} Workload
 * @property {string[]} [skip]  contenders that cannot do it
 * @property {(context: Context) => Promise<Figures>} [prepare]
 * @property {(context: Context) => Figures | Promise<Figures>} measure
 */

const VOLATILE = 'ours in memory' // keeps nothing from one process to the next
const ALONE = 'hypercore@11.37.1' // no store
const OLD = 'corestore@6.18.4 on random-access-file'

/** @type {Record<string, Workload>} */
export const WORKLOADS = {
  'open 10,000 stored named cores, 64 at once': openStored(10_000),

  'get and close by name, 100 cores in turn, 20,000 cycles': cycle(20_000, (store, i) =>
    store.get({ name: name(i) })
  ),
  'get and close by key, 100 cores in turn, 20,000 cycles': cycle(20_000, (store, _, key) => store.get(key)),

  'create 10,000 named cores with one block, 64 at once': {
    skip: [ALONE],
    measure: async ({ contender, scale, directory }) => {
      const store = contender.open(directory)
      await store.ready()
      const stop = start()
      await inParallel(10_000 * scale, AT_ONCE, (i) => store.get({ name: name(i) }).append(BLOCK))
      const figures = stop()
      await store.close()
      return figures
    }
  },

  'create, append and close a core, one at a time, 2,000 times': {
    skip: [ALONE],
    measure: async ({ contender, scale, directory }) => {
      const store = contender.open(directory)
      await store.ready()
      const stop = start()
      for (let i = 0; i < 2_000 * scale; i++) {
        const core = store.get({ name: name(i) })
        await core.append(BLOCK)
        await core.close()
      }
      const figures = stop()
      await store.close()
      return figures
    }
  },

  'replicate 2,000 cores × 5 blocks, all open': { skip: [ALONE], measure: replicateMany(2_000, 5) },
  'replicate one core, 100,000 × 100 B': { measure: replicateOne(100_000, 100) },
  'replicate one core, 2,000 × 64 KiB': { measure: replicateOne(2_000, 65_536) },
  'remote asks for 5,000 stored, closed cores': {
    skip: [ALONE, VOLATILE, OLD],
    prepare: fill(5_000),
    measure: serveClosed(5_000)
  },
  'attach 10 streams × 1,000 open cores': { skip: [ALONE, OLD], measure: attachStreams(10, 1_000) },

  'heap and external memory, 5,000 open cores': {
    skip: [ALONE],
    measure: async ({ contender, scale, directory }) => {
      const store = contender.open(directory)
      await store.ready()
      await openNamed(store, 100, 'first ') // what is loaded and compiled once
      const before = memoryInUse()
      await openNamed(store, 5_000 * scale, '')
      const bytesPerCore = (memoryInUse() - before) / Math.ceil(5_000 * scale)
      await store.close()
      return { bytesPerCore }
    }
  },

  'append latency, one writer, 5,000 appends': { measure: appendLatency(5_000) },
  'require() of the package': { skip: [VOLATILE, 'ours on random-access-file'], measure: importTime },

  ...growth('open stored named cores', openStored),
  ...growth('replicate cores × 5 blocks', (n) => ({ skip: [ALONE], measure: replicateMany(n, 5) }))
}

/**
 * The same work at three sizes: is it linear?
 * @param {string} text
 * @param {(n: number) => Workload} workload
 * @returns {Record<string, Workload>}
 */
function growth(text, workload) {
  return Object.fromEntries(
    [1_000, 4_000, 16_000].map((n) => [`growth: ${text}, ${n.toLocaleString('en')}`, workload(n)])
  )
}

/**
 * @param {number} n
 * @returns {Workload}
 */
function openStored(n) {
  return {
    skip: [ALONE, VOLATILE],
    prepare: fill(n),
    measure: async ({ contender, scale, directory }) => {
      const store = contender.open(directory)
      await store.ready()
      const stop = start()
      await inParallel(n * scale, AT_ONCE, (i) => store.get({ name: name(i) }).ready())
      const figures = stop()
      await store.close()
      return figures
    }
  }
}

/**
 * @param {number} n
 * @param {(store: Store, i: number, key: Uint8Array) => import('./contenders.mjs').Core} get
 * @returns {Workload}
 */
function cycle(n, get) {
  return {
    skip: [ALONE],
    measure: async ({ contender, scale, directory }) => {
      const store = contender.open(directory)
      /** @type {Uint8Array[]} */
      const keys = []
      for (let i = 0; i < 100; i++) {
        const core = store.get({ name: name(i) })
        await core.append(BLOCK)
        keys.push(keyOf(core))
        await core.close()
      }
      const stop = start()
      for (let i = 0; i < n * scale; i++) {
        const core = get(store, i % 100, /** @type {Uint8Array} */ (keys[i % 100]))
        await core.ready()
        await core.close()
      }
      const figures = stop()
      await store.close()
      return figures
    }
  }
}

/**
 * @param {number} n
 * @returns {(context: Context) => Promise<Figures>}
 */
function fill(n) {
  return async ({ contender, scale, directory }) => {
    const store = contender.open(directory)
    /** @type {string[]} */
    const keys = []
    await inParallel(n * scale, AT_ONCE, async (i) => {
      const core = store.get({ name: name(i) })
      await core.append(BLOCK)
      keys[i] = Buffer.from(keyOf(core)).toString('hex')
      await core.close()
    })
    await store.close()
    await writeFile(`${directory} keys`, JSON.stringify(keys))
    return {}
  }
}

/**
 * @param {Store} store
 * @param {number} n
 * @param {string} prefix
 */
function openNamed(store, n, prefix) {
  return inParallel(n, AT_ONCE, (i) => store.get({ name: prefix + name(i) }).ready())
}
