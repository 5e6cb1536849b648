// Every benchmark runs, small: one measurement a row, which says nothing about speed.
import { join } from 'node:path'
import { report } from './report.mjs'
import { node } from './run.mjs'
import { checked } from './workspace.mjs'

const TIMEOUT_MS = 600_000
const ROWS = { engines: 10, floors: 11, stores: 19 }

await report(
  Object.fromEntries(Object.entries(ROWS).map(([suite, rows]) => [`bench: ${suite}`, () => run(suite, rows)]))
)

async function run(suite, rows) {
  const script = join(checked, 'bench/run.mjs')
  const { code, output, timedOut } = await node([script, suite, '--scale', '0.002', '--runs', '1'], {
    cwd: checked,
    timeoutMs: TIMEOUT_MS
  })
  if (timedOut) return [`does not end within ${TIMEOUT_MS / 1000} s:\n${output}`]
  if (code !== 0) return [`exits with ${code}:\n${output}`]
  const printed = output.match(/^\| .* \|$/gm)?.length ?? 0
  return printed === rows ? [] : [`gives ${printed} rows, not ${rows}:\n${output}`]
}
