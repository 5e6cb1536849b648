import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { install, pack } from '../trials/pack.mjs'
import { root } from '../workspace/root.mjs'
import { HANG_MS, must, run } from '../process/run.mjs'
import { readJson } from '../workspace/packages.mjs'

/** bare 1.31.2 with the bare-type that its range takes today does not start. */
const OVERRIDES = { 'bare-type': '1.1.1' }
/** Their programs are packages as well, one per platform. */
const RUNTIMES = { bare: '1.31.2', bun: '1.4.5', deno: '2.9.6' }

/**
 * A project of a user with our packages, what they are tried with, and the other runtimes.
 * @returns {Promise<{ dir: string, commands: Record<string, string[]> }>}  commands: what starts a runtime, by the name that the table has
 */
export async function makeProject() {
  const tried = Object.fromEntries(
    ['random-access-file', 'memory-level'].map((name) => [name, versionOf(name)])
  )
  const dir = await install(
    await pack(root),
    ['@manycore/corestore', '@manycore/kv', '@manycore/reconcile'],
    {
      dependencies: { ...tried, ...RUNTIMES },
      overrides: OVERRIDES
    }
  )
  cpSync(join(root, 'test/matrix'), dir, { recursive: true })
  const modules = join(dir, 'node_modules')
  const commands = {
    [`Bare ${RUNTIMES.bare}`]: [programIn(modules, /^bare-runtime-/, 'bin/bare')],
    [`Bun ${RUNTIMES.bun}`]: [programIn(join(modules, '@oven'), /^bun-/, 'bin/bun')],
    [`Deno ${RUNTIMES.deno}`]: [programIn(join(modules, '@deno'), /./, 'deno'), 'run', '-A']
  }
  return { dir, commands }
}

/**
 * A version of Node, fetched by npx.
 * @param {string} version
 * @returns {Promise<{ name: string, command: string[] }>}  as in the commands of makeProject()
 */
export async function nodeOf(version) {
  const args = ['-y', '-p', version, 'node']
  const { stdout } = await must('npx', [...args, '--version'])
  return { name: `Node ${stdout.trim().replace('v', '')}`, command: ['npx', ...args] }
}

/**
 * Every storage in turn, and two sets that are compared, on one runtime.
 * @param {string} dir
 * @param {string[]} command
 * @returns {Promise<string[]>} what it printed, if it failed
 */
export async function smoke(dir, [program = '', ...args]) {
  const problems = []
  for (const script of ['smoke.cjs', 'reconcile.cjs']) {
    for (const folder of ['files', 'one', 'path']) rmSync(join(dir, folder), { recursive: true, force: true })
    const { code, output } = await run(program, [...args, script], { cwd: dir, timeoutMs: HANG_MS })
    if (code !== 0 || !output.includes('passed')) problems.push(output)
  }
  return problems
}

/**
 * Of the one platform that npm installed.
 * @param {string} folder
 * @param {RegExp} name
 * @param {string} path
 */
function programIn(folder, name, path) {
  const platform = readdirSync(folder).find((each) => name.test(each))
  if (platform === undefined) throw new Error(`${folder} has no ${name}`)
  const program = join(folder, platform, process.platform === 'win32' ? `${path}.exe` : path)
  chmodSync(program, 0o755) // not every package says that it is one
  return program
}

/**
 * @param {string} name
 * @returns {string}
 */
function versionOf(name) {
  const { resolve } = createRequire(join(root, 'packages/storage-adapters/package.json'))
  return readJson(resolve(`${name}/package.json`)).version
}
