// Does opening a store take longer the more cores are stored in it? The store, one core of it, and the engine alone, each in
// a process of its own.
// node bench/growth/start-up.mjs --cores 100,10000,100000 --runs 5 --storages RocksDB,random-access-file
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { inParallel } from '../stores/work.mjs'
import { count, measured } from './process.mjs'
import { STORAGES, storageOf } from './storages.mjs'

const AT_ONCE = 64
/** What is measured, in the order of the columns. */
const WHAT = ['engine', 'store', 'core']

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    cores: { type: 'string', default: '100,10000,100000' },
    runs: { type: 'string', default: '5' },
    storages: { type: 'string', default: Object.keys(STORAGES).join() }
  }
})
const [phase, ...args] = positionals
if (phase === undefined) await main()
else console.log(JSON.stringify(await measure(phase, args)))

async function main() {
  console.log(
    '| storage | cores | engine opens: processor, wall, MB | store opens | store opens, and a core of it |\n| -- | -- | -- | -- | -- |'
  )
  for (const storage of values.storages.split(','))
    for (const cores of values.cores.split(',')) {
      const directory = mkdtempSync(join(tmpdir(), 'manycore-start-up-'))
      /** @param {string} what */
      const run = (what) => measured(fileURLToPath(import.meta.url), [what, storage, directory, cores])
      await run('fill')
      /** @type {Record<string, import('./process.mjs').Figures[]>} */
      const runs = {}
      for (let i = 0; i < Number(values.runs); i++)
        for (const what of WHAT) runs[what] = [...(runs[what] ?? []), await run(what)]
      const cells = WHAT.map((what) => {
        const [cpu, ms, mb] = ['cpuMs', 'ms', 'peakMb'].map((name) => median(runs[what] ?? [], name))
        return `${cpu?.toFixed(0)} ms, ${ms?.toFixed(0)} ms, ${mb?.toFixed(0)}`
      })
      console.log(`| ${[storage, cores, ...cells].join(' | ')} |`)
      rmSync(directory, { recursive: true })
    }
}

/**
 * @param {string} what
 * @param {string[]} given
 */
async function measure(what, [storage = '', directory = '', cores = '']) {
  const { open, engine } = storageOf(storage)
  if (what === 'engine') {
    const alone = engine(directory)
    const counted = count()
    await alone.open()
    const figures = counted()
    await alone.close()
    return figures
  }
  const store = open(directory)
  const counted = count()
  await store.ready()
  if (what === 'fill')
    await inParallel(Number(cores), AT_ONCE, async (i) => {
      const core = store.get({ name: `core ${i}` })
      await core.ready()
      await core.close()
    })
  if (what === 'core') await store.get({ name: `core ${Number(cores) - 1}` }).ready()
  const figures = counted()
  await store.close()
  return figures
}

/**
 * @param {readonly import('./process.mjs').Figures[]} runs
 * @param {string} name
 */
function median(runs, name) {
  const sorted = runs.map((run) => run[name] ?? Number.NaN).toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
