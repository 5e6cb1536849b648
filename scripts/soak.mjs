// node scripts/soak.mjs --streams 200 --cores 2000 --seconds 60 --seed 1: peers join and leave, cores are opened,
// closed and written, policies change; then all copies must be equal, none elsewhere, and nothing left over.
// Runs what was built: npm run build first. --steps N: so many steps instead of seconds. Exits with 1 on a problem.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { figures, runSoak } from '../packages/corestore/test/soak/run.mjs'

const PROGRESS_MS = 5000
/** of the heap once everything is closed: code that was compiled meanwhile, 6 MB here, and nothing else */
const NOISE_BYTES = 10e6
/** of a store: caches of tree nodes, blocks and records, which are bounded and fill up */
const CACHE_BYTES = 1.5e6

const number = (value) => ({ type: 'string', default: String(value) })
const { values } = parseArgs({
  options: {
    streams: number(200),
    cores: number(2000),
    seconds: number(60),
    steps: number(0),
    seed: number(1)
  }
})
const [streams, cores, seconds, steps, seed] = ['streams', 'cores', 'seconds', 'steps', 'seed'].map((name) =>
  Number(values[name])
)

const start = performance.now()
const directory = mkdtempSync(join(tmpdir(), 'manycore-soak-'))
try {
  say('starts') // the pipe of the output is a handle too
  const work = (share) => (soak) => (steps > 0 ? count(soak, steps * share) : run(soak, seconds * share))
  show(await runSoak({ streams, cores, seed, directory, warmUp: work(1 / 4), work: work(1), say }))
} finally {
  rmSync(directory, { recursive: true, force: true })
}

async function count(soak, steps) {
  for (let i = 0; i < steps; i++) await soak.step()
}

async function run(soak, seconds) {
  const begun = performance.now()
  let said = begun
  while (performance.now() - begun < seconds * 1000) {
    await soak.step()
    if (performance.now() - said < PROGRESS_MS) continue
    said = performance.now()
    const { counts } = soak
    say(
      `${soak.streams} streams; ${Object.entries(counts)
        .map((entry) => entry.join(' '))
        .join(', ')}`
    )
  }
}

function show({ counts, stores, last, first, empty, open }) {
  const problems = [...first.problems, ...last.problems]
  const heap = ([before, after], when, most) => [
    `heap in MB, ${when}`,
    before.heap / 1e6,
    after.heap / 1e6,
    most / 1e6
  ]
  const flat = [
    heap(open, 'no core open', stores * CACHE_BYTES),
    ...figures(open, 'no core open'),
    heap(empty, 'all closed', NOISE_BYTES),
    ...figures(empty, 'all closed'),
    ['descriptors, all closed', ...empty.map(({ descriptors }) => descriptors)]
  ]
  console.log(`\n| | before | after | |\n| --- | --- | --- | --- |`)
  for (const [name, before, after, most = 0] of flat) {
    const isFlat = after <= before + most
    if (!isFlat) problems.push(`${name} is not flat`)
    console.log(`| ${name} | ${round(before)} | ${round(after)} | ${isFlat ? 'flat' : 'NOT FLAT'} |`)
  }
  for (const name of ['copies', 'equal', 'elsewhere']) {
    console.log(`| ${name} | ${first[name]} | ${last[name]} | |`)
  }
  console.log(`\n${JSON.stringify(counts)}`)
  for (const problem of problems.slice(0, 50)) console.log(`problem: ${problem}`)
  say(problems.length === 0 ? 'nothing wrong' : `${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

function round(figure) {
  return Math.round(figure * 10) / 10
}

function say(line) {
  console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${line}`)
}
