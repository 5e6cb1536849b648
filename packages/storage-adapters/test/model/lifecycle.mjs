import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { MemoryEngine, RandomAccessEngine } from '@manycore/kv'
import { Life } from '@manycore/kv/compliance'
import { LevelEngine, RocksEngine } from '@manycore/storage-adapters'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import RandomAccessFile from 'random-access-file'

/** @typedef {(n: number) => number} Random  integers in [0, n) */

/** @typedef {import('@manycore/kv').Engine} Engine */

const STEPS = 25

/** Small, so that flushes and merges run into every call. */
const SMALL = { memtableBytes: 2000, cacheBytes: 10_000 }

/**
 * Name → how to make an engine in a directory; `isLocked`: a second one there is refused while the first is open.
 * @type {Record<string, { isLocked?: boolean, open: (directory: string) => Engine }>}
 */
const ENGINES = {
  memory: { open: () => new MemoryEngine({ reusable: true }) },
  'many files': {
    isLocked: true,
    open: (directory) => new RandomAccessEngine((name) => new RandomAccessFile(name, { directory }), SMALL)
  },
  'one file': {
    isLocked: true,
    open: (directory) => new RandomAccessEngine(new RandomAccessFile('one', { directory }), SMALL)
  },
  'memory-level': { open: () => new LevelEngine(new MemoryLevel()) },
  'classic-level': { isLocked: true, open: (directory) => new LevelEngine(new ClassicLevel(directory)) },
  rocksdb: { isLocked: true, open: (directory) => new RocksEngine(directory) }
}

/**
 * One engine through a few lifecycle calls in any order, awaited or not, with work inside; each must end as the table
 * of docs/write-an-engine.md says, the lock must be held while it is open, and what was acknowledged be there.
 * @param {number} seed
 * @returns {Promise<string>} which engine it was
 */
async function runLifecycle(seed) {
  const random = randomNumbers(seed)
  const [name, { open, isLocked = false }] = pick(random, Object.entries(ENGINES))
  const directory = mkdtempSync(join(tmpdir(), 'manycore-life-'))
  const engine = open(directory)
  const life = new Life(engine, 'closed')
  try {
    /** @type {('open' | 'suspend' | 'resume' | 'close')[]} */
    const calls = engine.supports.suspend ? ['open', 'suspend', 'resume', 'close'] : ['open', 'close']
    life.call('open')
    for (let i = 0; i < STEPS; i++) {
      const step = random(10)
      if (step < 4) life.call(pick(random, calls))
      else if (step < 7) life.work()
      else if (step < 8) await life.rest()
      else for (let turns = random(5); turns > 0; turns--) await setImmediate()
      if (isLocked && life.state !== null && life.state !== 'suspended')
        await checkLock(life, open(directory))
    }
    await life.end()
    if (isLocked) await checkLock(life, open(directory))
    return name
  } catch (cause) {
    throw new Error(`seed ${seed}: ${name}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  } finally {
    await engine.close()
    rmSync(directory, { recursive: true })
  }
}

/**
 * @param {Engine} other  an engine on the same data; closed again
 * @param {Life} life
 */
async function checkLock(life, other) {
  const code = await other.open().then(
    () => 'open',
    (err) => err.code
  )
  await other.close()
  const expected = life.state === 'closed' ? 'open' : 'ELOCKED'
  if (code !== expected)
    throw new Error(`a second engine: expected ${expected}, got ${code}, after ${life.story}`)
}

/**
 * Seed after seed until `until()`; rejects with the first failure, which names its seed.
 * @param {{ seed: number, until: () => boolean }} options
 */
export async function hunt({ seed, until }) {
  let runs = 0
  for (; !until(); runs++) await runLifecycle(seed + runs)
  return { runs, calls: runs * STEPS }
}

/**
 * @template T
 * @param {Random} random
 * @param {T[]} all
 * @returns {T}
 */
function pick(random, all) {
  return /** @type {T} */ (all[random(all.length)])
}

/**
 * Mulberry32: integers in [0, n), the same for the same seed.
 * @param {number} seed
 * @returns {Random}
 */
function randomNumbers(seed) {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}
