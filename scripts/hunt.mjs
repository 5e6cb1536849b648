// npm run hunt -- --minutes 10 [--seed 1] [--only disk]: the model tests of `npm test`, for long and from other seeds.
// Writes the result into docs/limits.md. A failure names its seed: run it again with --seed. Exits with 1 then.
import './process/require-node.mjs'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { HANG_MS } from './process/run.mjs'
import { root } from './workspace/root.mjs'
import { build } from './build/setup.mjs'

/** @typedef {{ name: string, minutes: number, ok: boolean, text: string }} Row  of the table */

/**
 * Name → module with `hunt({ seed, until })`: it runs seed after seed, asks `until()` between two runs, which says
 * true when that was enough, and resolves with figures, `{ runs, … }`. It rejects with the first failure, whose
 * message starts with its seed.
 * @type {Record<string, string>}
 */
const HUNTS = {
  disk: 'packages/kv/test/model/disk.mjs',
  'lifecycle of engines': 'packages/storage-adapters/test/model/lifecycle.mjs',
  'lifecycle of Corestore': 'packages/corestore/test/model/lifecycle.mjs',
  mirrors: 'packages/corestore/test/model/mirrors/hunt.mjs'
}

const LIMITS = join(root, 'docs/limits.md')
const MINUTE_MS = 60_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    only: { type: 'string' }
  }
})
const minutes = Number(values.minutes)
const seed = Number(values.seed)
const hunts = Object.entries(HUNTS).filter(([name]) => values.only === undefined || values.only === name)

/** Rejects when a run takes too long. */
class Watch {
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  /** @type {(err: Error) => void} */
  #reject = () => {}
  /** @type {Promise<never>} */
  hung = new Promise((_resolve, reject) => (this.#reject = reject))

  restart() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => this.#reject(new Error(`a run takes more than ${HANG_MS / 60_000} minutes`)),
      HANG_MS
    )
  }

  stop() {
    clearTimeout(this.#timer)
  }
}

await build()
const rows = []
for (const [name, path] of hunts) rows.push(await run(name, path))
await writeTable(rows)
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1

/**
 * @param {string} name
 * @param {string} path
 * @returns {Promise<Row>}
 */
async function run(name, path) {
  console.log(`> ${name}, from seed ${seed}`)
  const { hunt } = await import(join(root, path))
  const start = performance.now()
  const end = start + (minutes * MINUTE_MS) / hunts.length
  const watch = new Watch()
  const until = () => {
    watch.restart()
    return performance.now() >= end
  }
  const result = await Promise.race([hunt({ seed, until }), watch.hung]).then(
    (figures) => ({ ok: true, text: textOf(figures), err: null }),
    (err) => ({ ok: false, text: `failed: ${err.message.split('\n')[0]}`, err })
  )
  watch.stop()
  const { ok, text, err } = result
  if (err !== null) console.log(err.stack, err.cause?.stack ?? '')
  console.log(`${name}: ${text}`)
  return { name, minutes: Math.round((performance.now() - start) / MINUTE_MS), ok, text }
}

/** @param {Record<string, number>} figures */
function textOf(figures) {
  return Object.entries(figures)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')
}

/** @param {Row[]} results */
async function writeTable(results) {
  const lines = results.map(({ name, text, ...row }) => `| ${name} | ${seed} | ${row.minutes} | ${text} |`)
  const table = ['| hunt | from seed | minutes | result |', '| --- | --- | --- | --- |', ...lines].join('\n')
  const text = readFileSync(LIMITS, 'utf8').replace(
    /(<!-- hunt -->).*(<!-- \/hunt -->)/s,
    (_whole, start, end) => `${start}\n\n${table}\n\n${end}`
  )
  writeFileSync(LIMITS, await format(text, { ...(await resolveConfig(LIMITS)), parser: 'markdown' }))
}
