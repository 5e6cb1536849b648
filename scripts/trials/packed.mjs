// The packages as their users get them: packed, linted, installed by npm outside the workspace, compiled and run.
import { cpSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import ts from 'typescript6'
import { anyIn } from '../workspace/any.mjs'
import { importsOf } from '../workspace/imports.mjs'
import { install, pack } from './pack.mjs'
import { report } from '../process/report.mjs'
import { root } from '../workspace/root.mjs'
import { HANG_MS, node } from '../process/run.mjs'
import { checked, filesUnder, isWanted, packagesOf, readJson } from '../workspace/packages.mjs'

/** @typedef {import('./pack.mjs').Tarball} Tarball */

/** Folders of node_modules with the compilers a user may have. */
const COMPILERS = ['typescript', 'typescript6', 'typescript5']
/** No DOM; nothing of ours is skipped. */
const OPTIONS = '--module nodenext --target es2022 --lib es2022 --strict --skipLibCheck false'.split(' ')
/**
 * Folder of test/consumers → the types that its users have beside ours.
 * @type {Record<string, string[]>}
 */
const NEIGHBOURS = { plain: [], node: ['node'] }
/** Types that may be missing: hypercore-types/src/node.ts says what is then. The consumers are compiled without. */
const OPTIONAL = /^node:(stream|buffer)$/
/** Bare maps Node's own modules by imports without a `#`; Node passes over them. */
const ALLOWED = new Set(['IMPORTS_KEY_INVALID'])
const STRAY =
  /^(package\.json|LICENSE|README\.md|CHANGELOG\.md|index\.[\w.]+|ambient\.d\.ts|(src|compliance)\/.*|dist\/.*\.(js|d\.ts)(\.map)?|inlined\/[\w-]+\.d\.ts)$/

const consumers = join(checked, 'test/consumers')
const published = packagesOf(checked).filter((each) => each.published)
/** @type {Tarball[]} */
let tarballs = []
/** Directory of a project that has all of them installed. */
let project = ''

/** @type {import('../process/report.mjs').Cases} */
const cases = {}
for (const { name } of published.filter(({ id }) => isWanted(id))) {
  cases[`packed: ${name} holds its files and no others`] = () => strayFiles(tarballOf(name))
  cases[`packed: ${name} passes publint`] = () => lint(tarballOf(name))
  cases[`packed: ${name} passes attw`] = () => areTheTypesWrong(tarballOf(name))
  cases[`packed: ${name} publishes types without any, and imports none but ours`] = () => openTypes(name)
}
for (const folder of readdirSync(consumers)) {
  for (const name of COMPILERS) {
    cases[`packed: ${folder} consumers compile with ${versionOf(name)}`] = () => compile(folder, name)
  }
  for (const file of readdirSync(join(consumers, folder))) {
    cases[`packed: ${folder} consumer ${file} runs`] = () => runConsumer(folder, file)
  }
}
cases['packed: without Hypercore, loading says what to install'] = () =>
  withHypercore(null, 'HYPERCORE_MISSING')
cases['packed: with Hypercore 10, loading says what to install'] = () =>
  withHypercore(oldHypercore(), 'HYPERCORE_TOO_OLD')

if (published.some(({ manifest }) => manifest.dependencies?.['hypercore-storage']))
  cases['packed: npm installs one hypercore-storage for Hypercore and for ours'] = oneStorage

await report(cases, prepare)

async function prepare() {
  tarballs = await pack(checked)
  project = await install(
    tarballs,
    published.map(({ name }) => name),
    { dependencies: { '@types/node': readJson(join(root, 'node_modules/@types/node/package.json')).version } }
  )
  cpSync(consumers, project, { recursive: true })
}

/** @param {string} name */
function tarballOf(name) {
  const found = tarballs.find((each) => each.name === name)
  if (found === undefined) throw new Error(`${name} was not packed`)
  return found
}

/** What Hypercore brings is what ours uses: a second copy is loaded, and takes space, for nothing. */
function oneStorage() {
  const folder = /(^|\/)node_modules\/hypercore-storage\/package\.json$/
  const copies = readdirSync(join(project, 'node_modules'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => folder.test(`node_modules/${file}`)
  )
  const versions = copies.map((file) => `${file}: ${readJson(join(project, 'node_modules', file)).version}`)
  return copies.length === 1 ? [] : [`${copies.length} copies: ${versions.join(', ')}`]
}

/** @param {Tarball} tarball */
function strayFiles({ dir, files }) {
  const missing = ['README.md', 'LICENSE']
    .filter((file) => !files.includes(file))
    .map((file) => `${file} is missing`)
  const stray = files.filter((file) => !STRAY.test(file)).map((file) => `${file}: leave it out by "files"`)
  // The bundler puts what is loaded later beside index.js, whatever its folder, and what they share.
  const sources = new Set(
    filesUnder(dir, /\.ts$/)
      .map((file) => basename(file, '.ts'))
      .concat('rolldown-runtime', 'shared')
  )
  const stale = files
    .filter((file) => /^dist\/.*\.js$/.test(file) && !sources.has(basename(file, '.js')))
    .map((file) => `${file} has no source any more: delete dist and build`)
  return [...missing, ...stray, ...stale]
}

/** @param {Tarball} tarball */
async function lint({ tarball }) {
  const bytes = readFileSync(tarball)
  const packed = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: packed }, strict: true })
  return messages
    .filter(({ code }) => !ALLOWED.has(code))
    .map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

/** @param {Tarball} tarball */
async function areTheTypesWrong({ tarball }) {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  const { code, output } = await node([attw, tarball, '--no-definitely-typed', '--format', 'ascii'])
  return code === 0 ? [] : [output]
}

/**
 * An `any`, or a package without types, would switch the compiler off in code that uses ours.
 * @param {string} name
 */
function openTypes(name) {
  const dir = realpathSync(join(project, 'node_modules', name))
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^(?!src).*\.d\.[cm]?ts$/.test(file)
  )
  return files.flatMap((file) => {
    const text = readFileSync(join(dir, file), 'utf8')
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)
    const foreign = importsOf(join(dir, file))
      .filter(({ specifier }) => !/^\.|^@manycore\//.test(specifier) && !OPTIONAL.test(specifier))
      .map(({ specifier, line }) => `${file}:${line} imports '${specifier}': publish an interface instead`)
    return [
      ...foreign,
      ...anyIn(source).map((line) => `${file}:${line} has an any: say unknown, or the type`)
    ]
  })
}

/**
 * @param {string} folder
 * @param {string} name
 */
async function compile(folder, name) {
  const sources = readdirSync(join(consumers, folder)).map((file) => join(folder, file))
  const tsc = join(root, 'node_modules', name, 'bin/tsc')
  const types = ['--types', ...(NEIGHBOURS[folder] ?? [])] // none at all is one more option after it
  const args = [tsc, ...OPTIONS, ...types, '--rootDir', '.', '--outDir', 'out', ...sources]
  const { code, output } = await node(args, { cwd: project })
  return code === 0 ? [] : [output]
}

/**
 * @param {string} folder
 * @param {string} file
 */
async function runConsumer(folder, file) {
  const built = join(project, 'out', folder, file.replace(/ts$/, 'js'))
  const { code, output } = await node([built], { cwd: join(project, folder), timeoutMs: HANG_MS })
  return code === 0 ? [] : [output]
}

/**
 * Another Hypercore than the one that was installed, or none, and every package that wants one.
 * @param {string | null} other
 * @param {string} code
 */
async function withHypercore(other, code) {
  const place = join(project, 'node_modules/hypercore')
  const away = join(project, 'hypercore')
  const wanting = tarballs.filter(({ manifest }) => manifest.peerDependencies?.hypercore)
  if (wanting.length === 0) return []
  renameSync(place, away)
  try {
    if (other !== null) symlinkSync(other, place, 'junction')
    const problems = await Promise.all(wanting.map(({ name }) => loads(name, code)))
    return problems.flat()
  } finally {
    rmSync(place, { recursive: true, force: true })
    renameSync(away, place)
  }
}

/**
 * Loading a package must fail with one sentence that has this code, names the package and says what to do.
 * @param {string} name
 * @param {string} code
 */
async function loads(name, code) {
  const wanted = new RegExp(`^Error: ${code}: ${name} needs Hypercore 11, .*: npm install hypercore@11$`, 'm')
  const { output } = await node(['-e', `require('${name}')`], { cwd: project })
  return wanted.test(output) ? [] : [`${name}: ${output}`]
}

/** Hypercore 10, which Corestore 6 brings. */
function oldHypercore() {
  const corestore6 = realpathSync(join(root, 'node_modules/corestore6'))
  return realpathSync(join(corestore6, '../hypercore'))
}

/** @param {string} name */
function versionOf(name) {
  return `TypeScript ${readJson(join(root, 'node_modules', name, 'package.json')).version}`
}
