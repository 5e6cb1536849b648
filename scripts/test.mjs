// npm test: installs, builds, and runs everything that must pass. Every step runs, also after one has failed.
// The last line is `N passed, N failed`: the tests of vitest, and the cases of every check.
import './process/require-node.mjs'
import { readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './workspace/root.mjs'
import { node } from './process/run.mjs'
import { build, install } from './build/setup.mjs'
import { running } from './test/running.mjs'

/** Files of scripts/, in the order in which they run. */
const CHECKS = [
  ...['edges', 'types', 'shims', 'errors', 'tracked', 'manifests'].map((name) => `checks/${name}`),
  ...['readmes', 'examples', 'mesh', 'bench', 'packed', 'alone'].map((name) => `trials/${name}`),
  'checks/changesets'
]
const VITEST_REPORT = join(root, 'node_modules/.cache/vitest-report.json')

/** No step takes as long, also on a slow machine; one that hangs fails instead of holding the others up. */
const STEP_MS = 1_200_000

const total = { passed: 0, failed: 0, skipped: 0 }

if (await step('install', single(install))) {
  await step('build', single(build))
  await step('lint', tool('oxlint/bin/oxlint', '--deny-warnings'))
  await step('format', tool('prettier/bin/prettier.cjs', '--check', '.'))
  await step('unused code', tool('knip/bin/knip.js', '--no-config-hints'))
  await step('types of tests', tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.test.json'))
  for (const file of CHECKS) await step(basename(file), check(file))
  await step('tests', vitest)
}

const { passed, failed, skipped } = total
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

/** Runs one step, prints and adds up its counts; a throw is one failure. Returns whether all passed. */
async function step(name, work) {
  const start = performance.now()
  console.log(`> ${name}`)

  const counts = await work().catch((err) => {
    console.log(err.message)
    return { failed: 1 }
  })
  for (const key of Object.keys(counts)) total[key] += counts[key]

  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const list = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([key, count]) => `${count} ${key}`)
  console.log(`${counts.failed > 0 ? 'FAIL' : 'pass'} ${name} (${seconds} s): ${list.join(', ')}\n`)
  return !(counts.failed > 0)
}

/** A function that passes unless it throws. */
function single(work) {
  return async () => {
    await work()
    return { passed: 1 }
  }
}

/** A program of node_modules that passes when it exits with 0; silent then. */
function tool(script, ...args) {
  return single(async () => {
    const { code, output } = await limited([join(root, 'node_modules', script), ...args])
    if (code !== 0) throw new Error(output)
  })
}

/** scripts/<file>.mjs: counts its cases, shows those that failed, and what it remarks about its run. */
function check(file) {
  return async () => {
    const { code, output } = await limited([join(root, `scripts/${file}.mjs`)])
    const counts = {
      passed: output.match(/^ok /gm)?.length ?? 0,
      failed: output.match(/^not ok /gm)?.length ?? 0
    }
    const remarks = output.match(/^# .*/gm) ?? []
    if (counts.failed > 0) console.log(output.replace(/^ok .*\n/gm, '').trimEnd())
    else if (code !== 0 || counts.passed === 0)
      throw new Error(output || `scripts/${file}.mjs reported nothing`)
    else for (const remark of remarks) console.log(remark)
    return counts
  }
}

async function vitest() {
  rmSync(VITEST_REPORT, { force: true })
  const script = join(root, 'node_modules/vitest/vitest.mjs')
  const reporters = ['default', 'json', join(root, 'scripts/test/running.mjs')].map(
    (name) => `--reporter=${name}`
  )
  const args = [script, 'run', ...reporters, `--outputFile.json=${VITEST_REPORT}`]
  const { code } = await limited(args, { show: true }).catch((err) => {
    throw new Error(`${err.message}, in\n${running()}`)
  })

  const result = JSON.parse(readFileSync(VITEST_REPORT, 'utf8'))
  const counts = {
    passed: result.numPassedTests,
    failed: result.numFailedTests,
    skipped: result.numPendingTests + result.numTodoTests
  }
  // A file that does not load, or an unhandled error, fails the run and no test.
  if (code !== 0 && counts.failed === 0) counts.failed = Math.max(1, result.numFailedTestSuites)
  return counts
}

async function limited(args, options) {
  const result = await node(args, { cwd: root, timeoutMs: STEP_MS, ...options })
  if (result.timedOut) throw new Error(`${result.output}\nstopped after ${STEP_MS / 60_000} minutes`)
  return result
}
