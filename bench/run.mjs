// Runs benchmarks: every measurement in a process of its own, contenders in turn (A B C A B C), medians and ratios.
// run.mjs [stores|floors|engines …] [--scale 1] [--runs 3] [--only TEXT] [--except TEXT] [--contenders a,b] [--json FILE] [--markdown FILE]
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { toMarkdown, toRow } from './measure/table.mjs'

const SUITES = ['stores', 'floors', 'engines']
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

const rows = []
for (const suite of suites) {
  const { CONTENDERS } = await import(`./${suite}/contenders.mjs`)
  const { WORKLOADS } = await import(`./${suite}/workloads.mjs`)
  for (const [name, { skip = [], prepare }] of Object.entries(WORKLOADS)) {
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

/** @returns by contender: its runs, each with figures by name */
async function compare(suite, workload, contenders, isPrepared) {
  const base = await mkdtemp(join(tmpdir(), 'bench-'))
  const runs = Object.fromEntries(contenders.map((contender) => [contender, []]))
  try {
    for (let i = 0; i < Number(values.runs); i++) {
      for (const contender of contenders) {
        const child = (phase) => measure(suite, workload, contender, join(base, `${contender}-${i}`), phase)
        if (isPrepared) await child('prepare')
        runs[contender].push(await child('measure'))
        await rm(join(base, `${contender}-${i}`), { recursive: true, force: true })
      }
    }
  } finally {
    await rm(base, { recursive: true, force: true })
  }
  return runs
}

async function measure(suite, workload, contender, directory, phase) {
  const work = join(import.meta.dirname, 'measure/work.mjs')
  const args = ['--expose-gc', work, suite, workload, contender, values.scale, directory, phase]
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1e8 })
  return JSON.parse(stdout)
}
