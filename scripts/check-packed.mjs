// The packages as their users get them: packed, linted, installed by npm outside the workspace, compiled and run.
import { copyFileSync, existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import ts from 'typescript6'
import { importsOf } from './imports.mjs'
import { install, pack } from './pack.mjs'
import { report } from './report.mjs'
import { root } from './root.mjs'
import { node } from './run.mjs'
import { checked, readJson } from './workspace.mjs'

/** Folders of node_modules with the compilers a user may have. */
const COMPILERS = ['typescript', 'typescript6', 'typescript5']
/** No DOM and no @types/node: our types stand alone. */
const OPTIONS = '--module nodenext --target es2022 --lib es2022 --types --strict --skipLibCheck false'.split(
  ' '
)
/** Bare maps Node's own modules by imports without a `#`; Node passes over them. */
const ALLOWED = new Set(['IMPORTS_KEY_INVALID'])
const STRAY =
  /^(package\.json|LICENSE|README\.md|CHANGELOG\.md|index\.[\w.]+|(src|compliance)\/.*|dist\/.*\.(js|d\.ts)(\.map)?)$/

const tarballs = await pack(checked)
const consumers = join(checked, 'test/consumers')
const project = await install(
  tarballs,
  tarballs.map(({ name }) => name)
)
for (const file of readdirSync(consumers)) copyFileSync(join(consumers, file), join(project, file))

const cases = {}
for (const each of tarballs) {
  cases[`packed: ${each.name} holds its files and no others`] = () => strayFiles(each)
  cases[`packed: ${each.name} passes publint`] = () => lint(each)
  cases[`packed: ${each.name} passes attw`] = () => areTheTypesWrong(each)
  cases[`packed: ${each.name} publishes types without any, and imports none but ours`] = () => openTypes(each)
}
for (const name of COMPILERS) cases[`packed: consumers compile with ${versionOf(name)}`] = () => compile(name)
for (const file of readdirSync(consumers)) cases[`packed: consumer ${file} runs`] = () => runConsumer(file)

await report(cases)

function strayFiles({ dir, files }) {
  const missing = ['README.md', 'LICENSE']
    .filter((file) => !files.includes(file))
    .map((file) => `${file} is missing`)
  const stray = files.filter((file) => !STRAY.test(file)).map((file) => `${file}: leave it out by "files"`)
  const stale = files
    .map((file) => /^dist\/(.*)\.js$/.exec(file)?.[1])
    .filter(
      (name) => name && !existsSync(join(dir, `src/${name}.ts`)) && !existsSync(join(dir, `${name}.ts`))
    )
    .map((name) => `dist/${name}.js has no source any more: delete dist and build`)
  return [...missing, ...stray, ...stale]
}

async function lint({ tarball }) {
  const bytes = readFileSync(tarball)
  const packed = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: packed }, strict: true })
  return messages
    .filter(({ code }) => !ALLOWED.has(code))
    .map((message) => formatMessage(message, pkg, { color: false }))
}

async function areTheTypesWrong({ tarball }) {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  const { code, output } = await node([attw, tarball, '--no-definitely-typed', '--format', 'ascii'])
  return code === 0 ? [] : [output]
}

/** An `any`, or a package without types, would switch the compiler off in code that uses ours. */
function openTypes({ name }) {
  const dir = realpathSync(join(project, 'node_modules', name))
  const files = readdirSync(dir, { recursive: true }).filter((file) => /^(?!src).*\.d\.[cm]?ts$/.test(file))
  return files.flatMap((file) => {
    const foreign = importsOf(join(dir, file))
      .filter(({ specifier }) => !/^\.|^@manycore\//.test(specifier))
      .map(({ specifier, line }) => `${file}:${line} imports '${specifier}': publish an interface instead`)
    return [
      ...foreign,
      ...anyIn(join(dir, file)).map((line) => `${file}:${line} has an any: say unknown, or the type`)
    ]
  })
}

function anyIn(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const lines = []
  visit(source)
  return lines

  function visit(node) {
    if (node.kind === ts.SyntaxKind.AnyKeyword)
      lines.push(source.getLineAndCharacterOfPosition(node.pos).line + 1)
    ts.forEachChild(node, visit)
  }
}

async function compile(name) {
  const sources = readdirSync(consumers)
  const tsc = join(root, 'node_modules', name, 'bin/tsc')
  const { code, output } = await node([tsc, ...OPTIONS, '--outDir', 'out', ...sources], { cwd: project })
  return code === 0 ? [] : [output]
}

async function runConsumer(file) {
  const built = join(project, 'out', file.replace(/ts$/, 'js'))
  const { code, output } = await node([built], { cwd: project, timeoutMs: 60_000 })
  return code === 0 ? [] : [output]
}

function versionOf(name) {
  return `TypeScript ${readJson(join(root, 'node_modules', name, 'package.json')).version}`
}
