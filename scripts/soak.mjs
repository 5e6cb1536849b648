// node scripts/soak.mjs --streams 200 --cores 2000 --seconds 60 --seed 1: peers join and leave, cores are opened,
// closed and written, policies change; then all copies must be equal, none elsewhere, and nothing left over.
// Runs what was built: npm run build first. --steps N: so many steps instead of seconds. Exits with 1 on a problem.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { figures, runSoak } from '../packages/corestore/test/soak/run.mjs'

/** @typedef {import('../packages/corestore/test/soak/run.mjs').Soak} Soak */

/** @typedef {[name: string, before: number, after: number, most?: number]} Row  of figures that must not grow by more than `most` */

const PROGRESS_MS = 5000
/** of the heap once everything is closed: code that was compiled meanwhile, 6 MB here, and nothing else */
const NOISE_BYTES = 10e6
/** of a store: caches of tree nodes, blocks and records, which are bounded and fill up */
const CACHE_BYTES = 1.5e6

/** @param {number} value */
const number = (value) => ({ type: /** @type {const} */ ('string'), default: String(value) })
const { values } = parseArgs({
  options: {
    streams: number(200),
    cores: number(2000),
    seconds: number(60),
    steps: number(0),
    seed: number(1)
  }
})
const streams = Number(values.streams)
const cores = Number(values.cores)
const seconds = Number(values.seconds)
const steps = Number(values.steps)
const seed = Number(values.seed)

const start = performance.now()
const directory = mkdtempSync(join(tmpdir(), 'manycore-soak-'))
try {
  say('starts') // the pipe of the output is a handle too
  /**
   * @param {number} share  of the steps, or of the seconds
   * @returns {(soak: Soak) => Promise<void>}
   */
  const work = (share) => (soak) => (steps > 0 ? count(soak, steps * share) : run(soak, seconds * share))
  show(await runSoak({ streams, cores, seed, directory, warmUp: work(1 / 4), work: work(1), say }))
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/**
 * @param {Soak} soak
 * @param {number} steps
 */
async function count(soak, steps) {
  for (let i = 0; i < steps; i++) await soak.step()
}

/**
 * @param {Soak} soak
 * @param {number} seconds
 */
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

/** @param {Awaited<ReturnType<typeof runSoak>>} result */
function show({ counts, stores, last, first, empty, open }) {
  const problems = [...first.problems, ...last.problems]
  /**
   * @param {typeof open} held
   * @param {string} when
   * @param {number} most  bytes that it may grow by
   * @returns {Row}
   */
  const heap = ([before, after], when, most) => [
    `heap in MB, ${when}`,
    before.heap / 1e6,
    after.heap / 1e6,
    most / 1e6
  ]
  /** @type {Row[]} */
  const flat = [
    heap(open, 'no core open', stores * CACHE_BYTES),
    ...figures(open, 'no core open'),
    heap(empty, 'all closed', NOISE_BYTES),
    ...figures(empty, 'all closed'),
    ['descriptors, all closed', empty[0].descriptors ?? 0, empty[1].descriptors ?? 0]
  ]
  console.log(`\n| | before | after | |\n| --- | --- | --- | --- |`)
  for (const [name, before, after, most = 0] of flat) {
    const isFlat = after <= before + most
    if (!isFlat) problems.push(`${name} is not flat`)
    console.log(`| ${name} | ${round(before)} | ${round(after)} | ${isFlat ? 'flat' : 'NOT FLAT'} |`)
  }
  for (const name of /** @type {const} */ (['copies', 'equal', 'elsewhere'])) {
    console.log(`| ${name} | ${first[name]} | ${last[name]} | |`)
  }
  console.log(`\n${JSON.stringify(counts)}`)
  for (const problem of problems.slice(0, 50)) console.log(`problem: ${problem}`)
  say(problems.length === 0 ? 'nothing wrong' : `${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

/** @param {number} figure */
function round(figure) {
  return Math.round(figure * 10) / 10
}

/** @param {string} line */
function say(line) {
  console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${line}`)
}
