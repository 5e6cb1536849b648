// How much memory does a program take that creates many named cores, one after the other, and then opens each again?
// node bench/growth/in-turn.mjs --cores 100000 --max 256,4096,Infinity --storages RocksDB,random-access-file
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { count, measured } from './process.mjs'
import { STORAGES, storageOf } from './storages.mjs'

const BLOCK = Buffer.alloc(100, 'x')

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    cores: { type: 'string', default: '100000' },
    max: { type: 'string', default: '256,4096,Infinity' },
    storages: { type: 'string', default: Object.keys(STORAGES).join() }
  }
})
const [phase, ...args] = positionals
if (phase === undefined) await main()
else console.log(JSON.stringify(await measure(phase, args)))

async function main() {
  console.log(
    '| storage | maxOpenCores | cores | to | peak, MB | ms of the processor per core | ms per core |\n| -- | -- | -- | -- | -- | -- | -- |'
  )
  for (const storage of values.storages.split(','))
    for (const max of values.max.split(',')) {
      const directory = mkdtempSync(join(tmpdir(), 'manycore-in-turn-'))
      for (const each of ['create', 'open']) {
        const { ms, cpuMs, peakMb } = await measured(fileURLToPath(import.meta.url), [
          each,
          storage,
          directory,
          max,
          values.cores
        ])
        const perCore = [cpuMs, ms].map((time) => (Number(time) / Number(values.cores)).toFixed(2))
        const row = [storage, max, values.cores, each, Number(peakMb).toFixed(0), ...perCore]
        console.log(`| ${row.join(' | ')} |`)
      }
      rmSync(directory, { recursive: true })
    }
}

/**
 * @param {string} what
 * @param {string[]} given
 */
async function measure(what, [storage = '', directory = '', max = '', cores = '']) {
  const store = storageOf(storage).open(directory, { maxOpenCores: Number(max) })
  await store.ready()
  const counted = count()
  for (let i = 0; i < Number(cores); i++) {
    const core = store.get({ name: `core ${i}` })
    if (what === 'create') await core.append(BLOCK)
    else await core.get(0)
    await core.close()
  }
  const figures = counted()
  await store.close()
  return figures
}
