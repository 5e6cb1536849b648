// Every benchmark runs, small: one measurement a row, which says nothing about speed.
import { join } from 'node:path'
import { report } from './report.mjs'
import { node } from './run.mjs'
import { checked } from './workspace.mjs'

const TIMEOUT_MS = 240_000
const ROWS = 10

await report({
  'bench: engines': async () => {
    const script = join(checked, 'bench/run.mjs')
    const { code, output, timedOut } = await node([script, '--scale', '0.002', '--runs', '1'], {
      cwd: checked,
      timeoutMs: TIMEOUT_MS
    })
    if (timedOut) return [`does not end within ${TIMEOUT_MS / 1000} s:\n${output}`]
    if (code !== 0) return [`exits with ${code}:\n${output}`]
    const rows = output.match(/^\| .* \|$/gm)?.length ?? 0
    return rows === ROWS ? [] : [`gives ${rows} rows, not ${ROWS}:\n${output}`]
  }
})
