// npm run test:matrix: the tests on the other Nodes, a smoke on Bare. Writes the table in docs/limits.md.
import './require-node.mjs'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { install, pack, temporary } from './pack.mjs'
import { root } from './root.mjs'
import { must, run } from './run.mjs'
import { build } from './setup.mjs'
import { readJson } from './workspace.mjs'

const NODES = ['node@20.19.0', 'node@22', 'node@24']
/** Too old; the packages say so when they are loaded. */
const OLD_NODE = 'node@18'
const BARE = '1.31.2'
/** bare 1.31.2 with the bare-type that its range takes today does not start. */
const BARE_OVERRIDES = { 'bare-type': '1.1.1' }
const LIMITS = join(root, 'docs/limits.md')

await build()
const rows = []
for (const version of NODES) rows.push(await tryNode(version))
rows.push(await tryOldNode())
rows.push(await tryBare())

await writeTable(rows)
for (const { runtime, ran, result } of rows) console.log(`${runtime}: ${ran}: ${result}`)
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1

/** All of vitest's tests on one version of Node, fetched by npx. */
async function tryNode(version) {
  console.log(`> ${version}`)
  const file = join(temporary('matrix'), 'report.json')
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=dot', '--reporter=json']
  const npx = ['-y', '-p', version, 'node']
  const { stdout } = await must('npx', [...npx, '--version'])
  const { code } = await run('npx', [...npx, ...vitest, `--outputFile.json=${file}`], {
    cwd: root,
    show: true
  })

  const { numPassedTests: passed, numFailedTests: failed } = readJson(file)
  return {
    runtime: `Node ${stdout.trim().replace('v', '')}`,
    ran: 'all tests of vitest',
    result: `${passed} passed, ${failed} failed`,
    ok: code === 0
  }
}

async function tryOldNode() {
  console.log(`> ${OLD_NODE}`)
  const npx = ['-y', '-p', OLD_NODE, 'node']
  const { stdout } = await must('npx', [...npx, '--version'])
  const { code, output } = await run('npx', [...npx, '-e', "require('@manycore/corestore')"], {
    cwd: join(root, 'examples')
  })
  const ok = code === 1 && output.includes('NODE_TOO_OLD: @manycore/corestore needs Node 20.19 or newer')
  if (!ok) console.log(output)
  return {
    runtime: `Node ${stdout.trim().replace('v', '')}`,
    ran: 'loading, which is refused with NODE_TOO_OLD',
    result: ok ? 'passed' : 'failed',
    ok
  }
}

async function tryBare() {
  console.log(`> bare@${BARE}`)
  const extra = { dependencies: { bare: BARE }, overrides: BARE_OVERRIDES }
  const project = await install(await pack(root), ['@manycore/corestore'], extra)
  copyFileSync(join(root, 'test/matrix/smoke.cjs'), join(project, 'smoke.cjs'))

  const bare = join(project, 'node_modules/.bin/bare')
  const { code, output } = await run(bare, ['smoke.cjs'], { cwd: project, timeoutMs: 60_000 })
  const ok = code === 0 && output.includes('passed')
  if (!ok) console.log(output)
  return {
    runtime: `Bare ${BARE}`,
    ran: 'smoke: create, append, replicate, reopen, close',
    result: ok ? 'passed' : 'failed',
    ok
  }
}

async function writeTable(results) {
  const lines = results.map(({ runtime, ran, result }) => `| ${runtime} | ${ran} | ${result} |`)
  const table = ['| runtime | what ran | result |', '| --- | --- | --- |', ...lines].join('\n')
  const text = readFileSync(LIMITS, 'utf8').replace(
    /(<!-- matrix -->).*(<!-- \/matrix -->)/s,
    (_whole, start, end) => `${start}\n\n${table}\n\n${end}`
  )
  writeFileSync(LIMITS, await format(text, { ...(await resolveConfig(LIMITS)), parser: 'markdown' }))
}
