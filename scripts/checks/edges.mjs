// Which package may import which (docs/architecture.md), and no import cycles between files.
// Own code over a library: madge and dependency-cruiser need the compiler API that TypeScript 7 no longer has.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { importsOf } from '../workspace/imports.mjs'
import { report } from '../process/report.mjs'
import { checked, filesUnder, packagesOf, readJson, shown } from '../workspace/packages.mjs'

/** @typedef {import('../workspace/packages.mjs').Package} Package */

/**
 * An import of a module by name.
 * @typedef {object} Edge
 * @property {Package} owner   whose file it is
 * @property {string} file     absolute
 * @property {string} specifier
 * @property {Package} [target]  if the module is a package of ours
 * @property {boolean} typeOnly
 */

const ALL = /^/
const TYPES = /^(hypercore-types|ground)$/

/**
 * Package → the packages of ours it may import. Siblings never import each other.
 * @type {Record<string, RegExp | null>}
 */
const EDGES = {
  'hypercore-types': null,
  ground: null,
  kv: /^ground$/,
  reconcile: /^ground$/,
  keychain: TYPES,
  sessions: TYPES,
  replicator: /^(hypercore-types|reconcile|ground)$/,
  'storage-adapters': /^(hypercore-types|kv|ground)$/,
  corestore: /^(?!cli$|browser$)/,
  cli: ALL,
  browser: ALL,
  demo: ALL,
  examples: ALL,
  bench: ALL,
  docs: ALL
}

/**
 * Package → the packages of ours that its tests may import as well.
 * @type {Record<string, RegExp>}
 */
const IN_TESTS = {
  reconcile: /^kv$/ // the real engines, for the interface that it declares
}

/**
 * Package → modules of others that would break what it promises.
 * @type {Record<string, RegExp>}
 */
const FOREIGN = {
  kv: /^(hyper|corestore)/,
  reconcile: /^(hyper|corestore)/,
  keychain: /^(hypercore|hypercore-storage|rocksdb-native)$/
}

/** These run on Bare and in browsers too, where Node's own modules are absent. */
const PORTABLE = new Set([
  'hypercore-types',
  'ground',
  'kv',
  'reconcile',
  'keychain',
  'sessions',
  'replicator',
  'corestore'
])

const INLINED = '@manycore/ground'

const SOURCE = /\.[cm]?[jt]s$/
const NODE = new Set(builtinModules)

const packages = packagesOf(checked)
const rootManifest = readJson(resolve(checked, 'package.json'))
const files = packages.flatMap((owner) =>
  filesUnder(owner.dir, SOURCE).map((file) => ({ owner, file, imports: importsOf(file) }))
)

await report({
  'edges: every package has its place': () =>
    packages
      .filter(({ id }) => !(id in EDGES))
      .map(({ id }) => `${id}: unknown package; give it a place in EDGES of scripts/checks/edges.mjs`),
  'edges: packages import only what is below them': () => eachImport(forbiddenEdge),
  'edges: packages are imported by their name alone': () => eachImport(deepImport),
  'edges: every import is declared in package.json': () => eachImport(undeclared),
  'edges: portable sources import no module of Node': () => eachImport(nodeModule),
  'edges: projects are built after what their shims import': () => packages.flatMap(builtTooEarly),
  'edges: files import each other in one direction': cycles
})

/**
 * Applies one rule, a function that returns a problem or nothing, to every import of a module by name.
 * @param {(edge: Edge) => string | null} rule
 */
function eachImport(rule) {
  return files.flatMap(({ owner, file, imports }) =>
    imports
      .filter(({ specifier }) => !specifier.startsWith('.'))
      .flatMap(({ specifier, line, typeOnly }) => {
        const target = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`))
        const problem = rule({ owner, file, specifier, target, typeOnly })
        return problem ? [`${shown(checked, file)}:${line} imports '${specifier}': ${problem}`] : []
      })
  )
}

/** @param {Edge} edge */
function forbiddenEdge({ owner, file, specifier, target }) {
  if (!target && isTest(owner, file)) return null
  const allowed = target
    ? target === owner ||
      EDGES[owner.id]?.test(target.id) ||
      (isTest(owner, file) && IN_TESTS[owner.id]?.test(target.id))
    : !FOREIGN[owner.id]?.test(specifier)
  return allowed
    ? null
    : `${owner.id} must not know of it; take what is needed as an argument or declare an interface`
}

/** @param {Edge} edge */
function deepImport({ specifier, target }) {
  const offered = target?.manifest.exports ?? {}
  if (!target || specifier === target.name || specifier.replace(target.name, '.') in offered) return null
  return `import '${target.name}' and export there what is missing`
}

/** @param {Edge} edge */
function undeclared({ owner, file, specifier }) {
  if (NODE.has(specifier.replace(/^node:/, ''))) return null
  const { manifest } = owner
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  // A package may use itself by name, as its users do, but not to get around the order of its own files.
  if (name === owner.name && !shown(owner.dir, file).startsWith('src/')) return null
  const places = [manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies]
  // The bundler inlines it: a user must not be asked to install it.
  if (name === INLINED) places.splice(0, Infinity, manifest.devDependencies)
  if (isTest(owner, file)) places.push(manifest.devDependencies, rootManifest.devDependencies)
  return places.some((list) => list?.[name]) ? null : `add it to ${shown(checked, owner.dir)}/package.json`
}

/** @param {Edge} edge */
function nodeModule({ owner, file, specifier, typeOnly }) {
  if (typeOnly) return null // leaves nothing that runs; trials/packed compiles without Node's types
  // An `imports` map gives Bare and browsers their own module under that name.
  if (!PORTABLE.has(owner.id) || isTest(owner, file) || owner.manifest.imports?.[specifier]) return null
  return NODE.has(specifier.replace(/^node:/, ''))
    ? 'use b4a or events-universal, or take it as an argument'
    : null
}

/**
 * tsc builds projects that do not refer to each other at once: a shim of types/ may name declarations that are not there yet.
 * @param {Package} owner
 */
function builtTooEarly(owner) {
  return ['', 'compliance'].flatMap((part) => {
    const dir = join(owner.dir, part)
    const config = join(dir, 'tsconfig.json')
    if (!existsSync(config)) return []
    const { include = [], references = [] } = readJson(config)
    const awaited = new Set(references.map((/** @type {{ path: string }} */ { path }) => resolve(dir, path)))
    const shims = include.flatMap((/** @type {string} */ pattern) => shimsOf(resolve(dir, pattern)))
    const named = packages.filter(
      ({ name, dir: other }) =>
        other !== owner.dir &&
        !awaited.has(other) &&
        shims.some((/** @type {string} */ file) => readFileSync(file, 'utf8').includes(`'${name}`))
    )
    return named.map(
      ({ id, name }) =>
        `${shown(checked, config)}: a shim in it imports ${name}: refer to ${id}, or leave it out`
    )
  })
}

/**
 * @param {string} pattern  of a tsconfig
 * @returns {string[]}  the declarations in it
 */
function shimsOf(pattern) {
  if (!pattern.endsWith('.d.ts')) return []
  if (!pattern.includes('*')) return [pattern]
  const dir = dirname(pattern)
  return readdirSync(dir)
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => join(dir, name))
}

/**
 * @param {Package} owner
 * @param {string} file
 */
function isTest(owner, file) {
  return /^(test|bench)\//.test(shown(owner.dir, file))
}

/** Cycles of imports that exist at run time; interfaces may name each other. */
function cycles() {
  const next = new Map(
    files.map(({ file, imports }) => [
      file,
      imports
        .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
        .map(({ specifier }) => sourceOf(resolve(dirname(file), specifier)))
    ])
  )
  const done = new Set()
  /** @type {string[]} */
  const problems = []
  for (const file of next.keys()) walk(file, [])
  return problems

  /**
   * @param {string} file
   * @param {string[]} path
   * @returns {void}
   */
  function walk(file, path) {
    const start = path.indexOf(file)
    if (start !== -1) {
      const circle = [...path.slice(start), file].map((each) => shown(checked, each))
      problems.push(
        `${circle.join(' -> ')}: move what both need into a file of its own, or use \`import type\``
      )
    }
    if (done.has(file) || start !== -1) return
    for (const each of next.get(file) ?? []) walk(each, [...path, file])
    done.add(file)
  }
}

/**
 * `./a.js` in a TypeScript file means ./a.ts.
 * @param {string} path
 */
function sourceOf(path) {
  const source = path.replace(/\.([cm]?)js$/, '.$1ts')
  return existsSync(source) ? source : path
}
