// Every benchmark runs, very small: one measurement per row, which says nothing about speed.
import { join } from 'node:path'
import { report } from '../process/report.mjs'
import { HANG_MS, node } from '../process/run.mjs'
import { checked } from '../workspace/packages.mjs'

const SMALL = ['--scale', '0.002', '--runs', '1']
/**
 * Name → how it is run, and the rows of its table.
 * @type {Record<string, [command: string[], rows: number]>}
 */
const RUNS = {
  engines: [['run.mjs', 'engines', ...SMALL], 10],
  sets: [['run.mjs', 'sets', ...SMALL], 7],
  floors: [['run.mjs', 'floors', ...SMALL], 11],
  // The rows of growth are others of this suite once more, at three sizes: small, they are all the same.
  stores: [['run.mjs', 'stores', '--except', 'growth', ...SMALL], 13],
  refusals: [['policies/refusal-timing.mjs', '--asks', '5'], 7],
  revocation: [['policies/revocation.mjs', '--rounds', '1'], 7],
  'many cores in turn': [['growth/in-turn.mjs', '--cores', '20', '--max', '4'], 6],
  'start-up': [['growth/start-up.mjs', '--cores', '20', '--runs', '1'], 4],
  progress: [['growth/progress.mjs', '20'], 2],
  'journal of changes': [['journal/append.mjs', '--rounds', '2', '--appends', '5'], 8],
  'mirrors that are apart': [
    ['mirrors/level.mjs', '--cores', '40', '--changed', '2,0', '--stock', '20:2', '--runs', '1'],
    9
  ],
  'mirrors of one host': [['mirrors/fan-out.mjs', '--cores', '20', '--peers', '11', '--rounds', '1'], 4]
}

await report(
  Object.fromEntries(
    Object.entries(RUNS).map(([name, [args, rows]]) => [`bench: ${name}`, () => run(args, rows)])
  )
)

/**
 * @param {string[]} command
 * @param {number} rows
 * @returns {Promise<string[]>}
 */
async function run([script = '', ...args], rows) {
  const { code, output, timedOut } = await node([join(checked, 'bench', script), ...args], {
    cwd: checked,
    timeoutMs: HANG_MS
  })
  if (timedOut) return [`does not end within ${HANG_MS / 60_000} minutes:\n${output}`]
  if (code !== 0) return [`exits with ${code}:\n${output}`]
  const printed = output.match(/^\| .* \|$/gm)?.length ?? 0
  return printed === rows ? [] : [`gives ${printed} rows, not ${rows}:\n${output}`]
}
