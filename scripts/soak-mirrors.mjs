// node scripts/soak-mirrors.mjs --minutes 10 --cores 40 --seed 1: mirrors in processes of their own, on files and RocksDB, append,
// truncate, clear, disconnect, close and are killed, under policies. Once per minute nothing changes until all are level; then all
// copies must be equal, and at the end the memory of the hub, which is never ended, as it was after two minutes.
// --without truncate,kill: steps that are left out. Runs what was built: npm run build first. Exits with 1 on a problem.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runMirrorSoak } from '../packages/corestore/test/soak/mirrors/run.mjs'

/** @typedef {import('../packages/corestore/test/soak/mirrors/run.mjs').MirrorSoak} MirrorSoak */

/** @typedef {import('../packages/corestore/test/soak/mirrors/run.mjs').Part} Part */

const MINUTE_MS = 60_000
const MB = 1e6
/** By how much the hub may grow: its caches, which are bounded and fill up. */
const CACHE_MB = 15

/** @param {number} value */
const number = (value) => ({ type: /** @type {const} */ ('string'), default: String(value) })
const { values } = parseArgs({
  options: {
    minutes: number(10),
    cores: number(40),
    seed: number(1),
    without: { type: 'string', default: '' }
  }
})
const minutes = Number(values.minutes)
const seed = Number(values.seed)

const start = performance.now()
const directory = mkdtempSync(join(tmpdir(), 'manycore-soak-mirrors-'))
try {
  console.log(
    `seed ${seed}\n\n| minute | level after | hub: live | resident | others: live, at most | resident | cores open | so far |`
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
  const work = Array.from({ length: minutes }, () => minute)
  const { parts, problems } = await runMirrorSoak({
    seed,
    without: values.without.split(','),
    cores: Number(values.cores),
    directory,
    work,
    say
  })
  const [early, last] = [parts.at(Math.min(1, parts.length - 1))?.['hub'], parts.at(-1)?.['hub']]
  if (early && last && last.live > early.live + CACHE_MB * MB)
    problems.push('the memory of the hub is not flat')
  for (const [name, figures] of Object.entries(parts.at(-1) ?? {}))
    console.log(`${name}: ${JSON.stringify(figures?.reports)}`)
  for (const problem of problems.slice(0, 50)) console.log(`problem: ${problem}`)
  console.log(problems.length === 0 ? 'nothing wrong' : `${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/** @param {MirrorSoak} soak */
async function minute(soak) {
  const begun = performance.now()
  while (performance.now() - begun < MINUTE_MS) await soak.step()
}

/** @param {Part} part */
function say({ counts, figures: { hub, ...others }, levelMs, wrong }) {
  const at = ((performance.now() - start) / MINUTE_MS).toFixed(1)
  const most = (/** @type {'live' | 'resident' | 'cores'} */ figure) =>
    Math.max(...Object.values(others).map((each) => each?.[figure] ?? 0))
  const done = Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
  const cells = [
    at,
    `${(levelMs / 1000).toFixed(1)} s`,
    mb(hub?.live),
    mb(hub?.resident),
    mb(most('live')),
    mb(most('resident'))
  ]
  console.log(`| ${[...cells, `${hub?.cores} and ${most('cores')}`, done].join(' | ')} |`)
  for (const text of wrong.slice(0, 20)) console.log(`problem: ${text}`)
}

/** @param {number | undefined} bytes */
function mb(bytes = 0) {
  return `${(bytes / MB).toFixed(0)} MB`
}
