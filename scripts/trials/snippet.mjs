import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../workspace/root.mjs'
import { HANG_MS, node } from '../process/run.mjs'

/**
 * Runs a piece of JavaScript or TypeScript as a user of the packages would, in an empty directory of its own, and then
 * once more in the same directory: what the first run stored must not be in the way of the second.
 * JavaScript is CommonJS unless it imports; TypeScript is compiled, strictly, as an ES module.
 * @param {object} snippet
 * @param {string} snippet.text
 * @param {'js' | 'cjs' | 'mjs' | 'ts'} snippet.language
 * @param {string} snippet.base   the workspace: every package of ours can be loaded by its name
 * @param {string} snippet.owner  directory of the package that the code is about: what it depends on can be loaded too
 * @returns {Promise<string | null>} null when it ended by itself with code 0 both times, else what went wrong and what it printed
 */
export async function runSnippet({ text, language, base, owner }) {
  mkdirSync(join(base, '.cache'), { recursive: true })
  const dir = mkdtempSync(join(base, '.cache/snippet-'))
  try {
    link(base, owner, join(dir, 'node_modules'))
    if (language === 'ts') return await runTypeScript(dir, text)
    const extension = language === 'js' ? (/^\s*import\b(?!\s*\()/m.test(text) ? 'mjs' : 'cjs') : language
    return await runFile(dir, `snippet.${extension}`, text)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/**
 * @param {string} dir
 * @param {string} text
 */
async function runTypeScript(dir, text) {
  writeFileSync(join(dir, 'snippet.mts'), text)
  const options = [
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--strict',
    '--types',
    'node'
  ]
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { code, output } = await node(
    [tsc, ...options, '--typeRoots', join(root, 'node_modules/@types'), 'snippet.mts'],
    {
      cwd: dir
    }
  )
  return code === 0 ? runFile(dir, 'snippet.mjs') : `does not compile:\n${output.trimEnd()}`
}

/**
 * @param {string} dir
 * @param {string} name
 * @param {string} [text]
 */
async function runFile(dir, name, text) {
  if (text !== undefined) writeFileSync(join(dir, name), text)
  for (const when of ['', ' when it runs again']) {
    const { code, output, timedOut } = await node([join(dir, name)], { cwd: dir, timeoutMs: HANG_MS })
    if (timedOut)
      return `does not end by itself within ${HANG_MS / 60_000} minutes${when}: close what it opens\n${output.trimEnd()}`
    if (code !== 0) return `exits with ${code}${when}:\n${output.trimEnd()}`
  }
  return null
}

/**
 * node_modules: the owner's dependencies, and every package of ours.
 * @param {string} base
 * @param {string} owner
 * @param {string} target
 */
function link(base, owner, target) {
  const links = new Map()
  for (const name of installed(join(owner, 'node_modules')))
    links.set(name, join(owner, 'node_modules', name))
  for (const id of readdirSync(join(base, 'packages')))
    links.set(`@manycore/${id}`, join(base, 'packages', id))

  for (const [name, path] of links) {
    mkdirSync(dirname(join(target, name)), { recursive: true })
    symlinkSync(path, join(target, name), 'junction')
  }
}

/**
 * @param {string} dir
 * @returns {string[]}
 */
function installed(dir) {
  const names = list(dir).filter((name) => !name.startsWith('.'))
  return names.flatMap((name) =>
    name.startsWith('@') ? list(join(dir, name)).map((each) => `${name}/${each}`) : [name]
  )
}

/** @param {string} dir */
function list(dir) {
  try {
    return readdirSync(dir)
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return []
    throw err
  }
}
