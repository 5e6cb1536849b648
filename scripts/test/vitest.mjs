import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { HANG_MS, node } from '../process/run.mjs'
import { root } from '../workspace/root.mjs'
import { LIST_VARIABLE, running } from './running.mjs'

/**
 * What is used here of vitest's JSON report.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {number} numFailedTestSuites
 * @property {{ name: string, startTime: number, endTime: number, assertionResults: Assertion[] }[]} testResults
 */

/** @typedef {{ fullName: string, duration?: number }} Assertion  duration: ms */

/**
 * Runs vitest's tests, all or those below some folders, and lets it print what it has to say.
 * @param {string[]} folders  relative to the root, with a slash at the end; none = all tests
 * @returns {Promise<import('./steps.mjs').Result>}
 */
export async function vitest(folders) {
  const dir = mkdtempSync(join(tmpdir(), 'manycore-vitest-'))
  const [report, list] = [join(dir, 'report.json'), join(dir, 'running.txt')]
  try {
    const reporters = ['default', 'json', join(root, 'scripts/test/running.mjs')]
    const { code, timedOut } = await node(
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        ...folders,
        '--passWithNoTests',
        ...reporters.map((name) => `--reporter=${name}`),
        `--outputFile.json=${report}`
      ],
      { cwd: root, env: { [LIST_VARIABLE]: list }, timeoutMs: 3 * HANG_MS, show: true }
    )
    if (timedOut) throw new Error(`stopped after ${(3 * HANG_MS) / 60_000} minutes, in\n${running(list)}`)
    return resultOf(JSON.parse(readFileSync(report, 'utf8')), code)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/**
 * @param {Report} report
 * @param {number} code
 * @returns {import('./steps.mjs').Result}
 */
function resultOf(report, code) {
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests
  }
  // A file that does not load, or an unhandled error, fails the run and no test.
  if (code !== 0 && counts.failed === 0) counts.failed = Math.max(1, report.numFailedTestSuites)
  const timed = report.testResults.flatMap(({ name, startTime, endTime, assertionResults }) => {
    const file = relative(root, name)
    const tests = assertionResults.map(({ fullName, duration = 0 }) => ({
      kind: 'test',
      name: `${file}: ${fullName}`,
      ms: duration
    }))
    return [{ kind: 'test file', name: file, ms: endTime - startTime }, ...tests]
  })
  return { counts, timed }
}
