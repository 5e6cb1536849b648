// npm run test:matrix: everything on the other versions of Node, on the other runtimes, and with the oldest and the newest
// Hypercore. Writes the table in docs/limits.md. `npm run test:matrix -- bun deno` runs the steps with these words in their
// names; MANYCORE_WORKERS=1 runs one test file at a time.
import './process/require-node.mjs'
import { copyWorkspace } from './workspace/copy.mjs'
import { tryLocks } from './matrix/locks.mjs'
import { makeProject, nodeOf, smoke } from './matrix/runtimes.mjs'
import { writeRow } from './matrix/table.mjs'
import { OLDEST, newestUpstream } from './matrix/upstream.mjs'
import { vitestIn } from './matrix/vitest-in.mjs'
import { root } from './workspace/root.mjs'
import { run } from './process/run.mjs'
import { build } from './build/setup.mjs'

/** @typedef {{ versions: string, result: string, problems: string[] }} Outcome */

const NODES = ['node@20.19.0', 'node@22', 'node@24', 'node@26']
/** Too old; the packages say so when they are loaded. */
const OLD_NODE = 'node@18'

/** @type {Record<string, () => Promise<Outcome>>} */
const steps = {}
for (const node of NODES) steps[`${node}: all tests`] = () => testsOn(node)
for (const node of NODES) steps[`${node}: every storage`] = () => smokeOnNode(node)
steps[`${OLD_NODE}: refused`] = refusal
for (const runtime of ['Bare', 'Bun', 'Deno']) steps[`${runtime}: every storage`] = () => smokeOn(runtime)
steps['one store, two runtimes'] = locks
steps['oldest Hypercore: all tests'] = () => testsWith(OLDEST, { isFresh: false })
steps['newest upstream: all tests'] = async () => testsWith(await newestUpstream(), { isFresh: true })

const words = process.argv.slice(2)
const chosen = Object.entries(steps).filter(
  ([name]) => words.length === 0 || words.some((word) => name.toLowerCase().includes(word.toLowerCase()))
)

await build()
/** @type {Awaited<ReturnType<typeof makeProject>> | null} */
let project = null
for (const [step, work] of chosen) {
  console.log(`> ${step}`)
  const { versions, result, problems } = await work()
  for (const problem of problems) console.log(problem)
  console.log(`${step}: ${versions}: ${result}\n`)
  await writeRow(Object.keys(steps), { step, versions, result })
  if (problems.length > 0) process.exitCode = 1
}

/** @param {string} version */
async function testsOn(version) {
  const { name, command } = await nodeOf(version)
  return counted(name, await vitestIn(root, command))
}

/**
 * @param {Record<string, string>} versions
 * @param {{ isFresh: boolean }} options
 */
async function testsWith(versions, options) {
  const copy = await copyWorkspace(versions, options)
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return counted(`${named.join(', ')}, Node ${process.versions.node}`, await vitestIn(copy))
}

/**
 * @param {string} versions
 * @param {import('./matrix/vitest-in.mjs').Outcome} outcome
 */
function counted(versions, { passed, failed, skipped, failures }) {
  return { versions, result: `${passed} passed, ${failed} failed, ${skipped} skipped`, problems: failures }
}

/** @param {string} version */
async function smokeOnNode(version) {
  const { name, command } = await nodeOf(version)
  return smoked(name, command)
}

/** @param {string} runtime */
async function smokeOn(runtime) {
  project ??= await makeProject()
  const found = Object.entries(project.commands).find(([key]) => key.startsWith(runtime))
  if (found === undefined) throw new Error(`there is no ${runtime}`)
  return smoked(...found)
}

/**
 * @param {string} versions
 * @param {string[]} command
 */
async function smoked(versions, command) {
  project ??= await makeProject()
  const problems = await smoke(project.dir, command)
  return { versions, result: problems.length === 0 ? 'passed' : 'failed', problems }
}

async function refusal() {
  project ??= await makeProject()
  const { name, command } = await nodeOf(OLD_NODE)
  const [program = '', ...args] = [...command, '-e', "require('@manycore/corestore')"]
  const { code, output } = await run(program, args, { cwd: project.dir })
  const ok = code === 1 && output.includes('NODE_TOO_OLD: @manycore/corestore needs Node 20.19 or newer')
  return { versions: name, result: ok ? 'passed' : 'failed', problems: ok ? [] : [output] }
}

async function locks() {
  project ??= await makeProject()
  const commands = { [`Node ${process.versions.node}`]: [process.execPath], ...project.commands }
  const { tried, problems } = await tryLocks(project.dir, commands)
  const result = `${tried - problems.length} of ${tried} pairs passed`
  return { versions: Object.keys(commands).join(', '), result, problems }
}
