import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { temporary } from '../trials/pack.mjs'
import { run } from '../process/run.mjs'
import { readJson } from '../workspace/packages.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Outcome  failures: a line for each test */

/**
 * One file in vitest's JSON report.
 * @typedef {object} TestFile
 * @property {string} name
 * @property {string} status
 * @property {string} [message]
 * @property {{ status: string, fullName: string, failureMessages: string[] }[]} assertionResults
 */

/**
 * All of vitest's tests in a workspace. MANYCORE_WORKERS says how many run side by side.
 * @param {string[]} [command]  what runs Node, and its arguments
 * @param {string} dir
 * @returns {Promise<Outcome>}
 */
export async function vitestIn(dir, command = [process.execPath]) {
  const file = join(temporary('matrix'), 'report.json')
  const [program = '', ...args] = command
  const workers = process.env.MANYCORE_WORKERS
  const { code, output } = await run(
    program,
    [
      ...args,
      join(dir, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...(workers ? [`--maxWorkers=${workers}`] : [])
    ],
    { cwd: dir }
  )
  if (!existsSync(file)) throw new Error(`vitest ended with ${code} and no report\n${output}`)
  const { numPassedTests: passed, numFailedTests, numPendingTests: skipped, testResults } = readJson(file)
  const failures = testResults.flatMap(failuresOf)
  if (code !== 0 && failures.length === 0) failures.push('the run failed, and no test of it')
  return { passed, failed: Math.max(numFailedTests, failures.length), skipped, failures }
}

/**
 * A file that does not load has no tests.
 * @param {TestFile} file
 * @returns {string[]}
 */
function failuresOf({ name, status, message, assertionResults }) {
  const failed = assertionResults.filter((each) => each.status === 'failed')
  if (failed.length === 0) return status === 'failed' ? [`${name}: ${firstLine(message)}`] : []
  return failed.map(
    ({ fullName, failureMessages }) => `${name}: ${fullName}: ${firstLine(failureMessages[0])}`
  )
}

/** @param {string} [text] */
function firstLine(text = '') {
  return text.split('\n', 1)[0]
}
