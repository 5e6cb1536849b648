// Runs benchmarks: every measurement in a process of its own, contenders in turn (A B C A B C), medians and ratios.
// run.mjs [stores|floors|engines|sets …] [--scale 1] [--runs 3] [--only TEXT] [--except TEXT] [--contenders a,b] [--json FILE] [--markdown FILE]
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { toMarkdown, toRow } from './measure/table.mjs'

/** @typedef {import('./measure/table.mjs').Figures} Figures */

/** @typedef {import('./measure/table.mjs').Row} Row */

const SUITES = ['stores', 'floors', 'engines', 'sets']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    except: { type: 'string', default: '' },
    contenders: { type: 'string', default: '' },
    json: { type: 'string' },
    markdown: { type: 'string' }
  }
})
const run = promisify(execFile)
const wanted = values.contenders.split(',').filter(Boolean)
const suites = positionals.length > 0 ? positionals : SUITES

/** @type {Row[]} */
const rows = []
for (const suite of suites) {
  const { CONTENDERS } = await import(`./${suite}/contenders.mjs`)
  const { WORKLOADS } = await import(`./${suite}/workloads.mjs`)
  /** @type {[string, { skip?: string[], prepare?: unknown }][]} */
  const workloads = Object.entries(WORKLOADS)
  for (const [name, { skip = [], prepare }] of workloads) {
    if (!name.includes(values.only) || (values.except && name.includes(values.except))) continue
    const contenders = Object.keys(CONTENDERS).filter(
      (each) => !skip.includes(each) && (wanted.length === 0 || wanted.includes(each))
    )
    const row = {
      suite,
      workload: name,
      contenders: await compare(suite, name, contenders, prepare !== undefined)
    }
    rows.push(row)
    console.log(toRow(row))
  }
}

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`
if (values.json) {
  const about = { machine, date: new Date().toISOString(), scale: Number(values.scale) }
  await writeFile(values.json, JSON.stringify({ ...about, rows }, null, 2))
}
if (values.markdown) await writeFile(values.markdown, `${machine}\n\n${toMarkdown(rows)}\n`)

/**
 * @param {string} suite
 * @param {string} workload
 * @param {string[]} contenders
 * @param {boolean} isPrepared
 * @returns {Promise<Record<string, Figures[]>>} by contender: its runs, each with figures by name
 */
async function compare(suite, workload, contenders, isPrepared) {
  const base = await mkdtemp(join(tmpdir(), 'bench-'))
  /** @type {Record<string, Figures[]>} */
  const runs = {}
  try {
    for (let i = 0; i < Number(values.runs); i++) {
      for (const contender of contenders) {
        /** @param {string} phase */
        const child = (phase) => measure(suite, workload, contender, join(base, `${contender}-${i}`), phase)
        if (isPrepared) await child('prepare')
        runs[contender] = [...(runs[contender] ?? []), await child('measure')]
        await rm(join(base, `${contender}-${i}`), { recursive: true, force: true })
      }
    }
  } finally {
    await rm(base, { recursive: true, force: true })
  }
  return runs
}

/**
 * @param {string} suite
 * @param {string} workload
 * @param {string} contender
 * @param {string} directory
 * @param {string} phase
 * @returns {Promise<Figures>}
 */
async function measure(suite, workload, contender, directory, phase) {
  const work = join(import.meta.dirname, 'measure/work.mjs')
  const args = ['--expose-gc', work, suite, workload, contender, values.scale, directory, phase]
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1e8 })
  return JSON.parse(stdout)
}
