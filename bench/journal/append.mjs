// What the journal of changes costs an append: with it, without it, and without it once more, which shows how even the machine is.
// All three in one process, in turn (A B C A B C), a few hundred appends each.
// node bench/journal/append.mjs --rounds 30 --appends 300 --storages RocksDB,random-access-file
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { journalOf, openStorage } from '@manycore/storage-adapters'
import Hypercore from 'hypercore'
import RandomAccessFile from 'random-access-file'
import { BLOCK } from '../stores/work.mjs'

/**
 * How often there is a checkpoint: never, which is as long as nobody mirrors; as a mirror has it; and before each append, which is
 * the most that it can cost.
 */
const EVERY_MS = [Infinity, 50, 0]

/** @type {Record<string, (directory: string) => import('@manycore/storage-adapters').StorageInput>} */
const STORAGES = {
  RocksDB: (directory) => directory,
  'random-access-file': (directory) => (/** @type {string} */ name) =>
    new RandomAccessFile(join(directory, name))
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    appends: { type: 'string', default: '300' },
    storages: { type: 'string', default: Object.keys(STORAGES).join() }
  }
})

console.log(
  '| storage | checkpoints | p50 without, µs | with | ratio | of two without | p99 without, µs | with | checkpoints per 1,000 |\n| -- | -- | -- | -- | -- | -- | -- | -- | -- |'
)
for (const storage of values.storages.split(','))
  for (const everyMs of EVERY_MS) console.log(await compare(storage, everyMs))

/**
 * @param {string} storage
 * @param {number} everyMs
 */
async function compare(storage, everyMs) {
  const input = STORAGES[storage]
  if (input === undefined) throw new Error(`--storages has no ${storage}`)
  const directory = mkdtempSync(join(tmpdir(), 'manycore-journal-'))
  const sides = ['without', 'with', 'again'].map((name) => {
    const opened = openStorage(input(join(directory, name)))
    return { name, storage: opened, core: new Hypercore(opened), p50: [0], p99: [0], checkpoints: 0, ms: 0 }
  })
  for (const side of sides) {
    await side.core.append(BLOCK)
    if (side.name === 'with') await journalOf(side.storage)?.open()
    await appended(side, everyMs) // warms up
    side.p50 = side.p99 = []
    side.checkpoints = 0
  }
  for (let i = 0; i < Number(values.rounds); i++)
    for (const side of sides) {
      const sorted = (await appended(side, everyMs)).toSorted((a, b) => a - b)
      side.p50 = [...side.p50, quantile(sorted, 0.5)]
      side.p99 = [...side.p99, quantile(sorted, 0.99)]
    }
  for (const { core } of sides) await core.close()
  rmSync(directory, { recursive: true })
  const [without, withIt, again] = /** @type {[Side, Side, Side]} */ (sides)
  const cells = [
    us(without.p50),
    us(withIt.p50),
    ratio(withIt, without),
    ratio(again, without),
    us(without.p99),
    us(withIt.p99),
    ((withIt.checkpoints * 1000) / (Number(values.rounds) * Number(values.appends))).toFixed(0)
  ]
  return `| ${[storage, everyMs === Infinity ? 'none' : everyMs === 0 ? 'before each append' : `every ${everyMs} ms`, ...cells].join(' | ')} |`
}

/**
 * @typedef {object} Side
 * @property {string} name
 * @property {import('@manycore/hypercore-types').CorestoreStorage} storage
 * @property {Hypercore} core
 * @property {number[]} p50  of each round, in ms
 * @property {number[]} p99
 * @property {number} checkpoints
 * @property {number} ms  since the last one, spent on appends
 */

/**
 * @param {Side} side
 * @param {number} everyMs
 * @returns {Promise<number[]>} the ms of each append
 */
async function appended(side, everyMs) {
  const journal = side.name === 'with' ? journalOf(side.storage) : null
  const times = []
  for (let i = 0; i < Number(values.appends); i++) {
    if (side.ms >= everyMs && journal !== null) {
      side.checkpoints++
      side.ms = 0
      await journal.checkpoint()
    }
    const start = performance.now()
    await side.core.append(BLOCK)
    const ms = performance.now() - start
    side.ms += ms
    times.push(ms)
  }
  return times
}

/**
 * The median of the ratios of the rounds.
 * @param {Side} above
 * @param {Side} below
 */
function ratio(above, below) {
  const ratios = above.p50.map((p50, i) => p50 / (below.p50[i] ?? Number.NaN))
  return quantile(
    ratios.toSorted((a, b) => a - b),
    0.5
  ).toFixed(3)
}

/** @param {number[]} rounds */
function us(rounds) {
  const sorted = rounds.toSorted((a, b) => a - b)
  return (quantile(sorted, 0.5) * 1000).toFixed(0)
}

/**
 * @param {readonly number[]} sorted
 * @param {number} at
 */
function quantile(sorted, at) {
  return sorted[Math.floor(at * sorted.length)] ?? Number.NaN
}
