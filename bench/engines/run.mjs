// The random-access and memory engines beside RocksDB, in one run: A B C A B C, medians, ratios.
// run.mjs [--scale 1] [--runs 3] [--only TEXT] [--json FILE]
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { STORES } from './stores.mjs'
import { WORKLOADS } from './workloads.mjs'

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    json: { type: 'string' }
  }
})
const run = promisify(execFile)
const work = join(import.meta.dirname, 'work.mjs')
const PERSISTENT_ONLY = new Set([
  'reopen',
  'resident memory',
  'disk after single appends',
  'open stored cores by key'
])

const results = []
for (const workload of Object.keys(WORKLOADS).filter((name) => name.includes(values.only))) {
  const stores = Object.keys(STORES).filter((store) => store !== 'memory' || !PERSISTENT_ONLY.has(workload))
  const samples = Object.fromEntries(stores.map((store) => [store, []]))
  for (let i = 0; i < Number(values.runs); i++) {
    for (const store of stores) samples[store].push(await measure(workload, store))
  }
  for (const store of stores)
    results.push({ workload, store, figures: medians(samples[store]), runs: samples[store] })
  printRow(workload, stores)
}
if (values.json) {
  await writeFile(
    values.json,
    JSON.stringify({ node: process.version, scale: Number(values.scale), results }, null, 2)
  )
}

async function measure(workload, store) {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    const child = (...phase) =>
      run(process.execPath, ['--expose-gc', work, workload, store, values.scale, directory, ...phase])
    if (workload === 'resident memory') await child('fill')
    const { stdout } = await child('measure')
    return JSON.parse(stdout)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function medians(samples) {
  const names = Object.keys(samples[0])
  return Object.fromEntries(
    names.map((name) => [
      name,
      samples.map((sample) => sample[name]).toSorted((a, b) => a - b)[samples.length >> 1]
    ])
  )
}

function printRow(workload, stores) {
  const of = (store) =>
    results.find((result) => result.workload === workload && result.store === store).figures
  const base = of('rocksdb')
  const cells = stores.map((store) => {
    const figures = of(store)
    const shown = Object.entries(figures)
      .filter(([name]) => name !== 'ms' || figures.perSecond < 10)
      .map(
        ([name, value]) => `${name} ${value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en')}`
      )
    const ratio = figures.perSecond ? ` (× ${(figures.perSecond / base.perSecond).toFixed(2)})` : ''
    return `${store}: ${shown.join(', ')}${ratio}`
  })
  console.log(`| ${workload} | ${cells.join(' | ')} |`)
}
