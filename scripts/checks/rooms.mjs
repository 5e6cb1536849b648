// The rooms of the house: no folder holds more files than a reader can see at once, no file is longer than a reader can
// keep in mind, and the tests of a folder lie in a folder of the same name.
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { report } from '../process/report.mjs'
import { checked } from '../workspace/packages.mjs'
import { trackedFiles } from '../workspace/tracked.mjs'

const SIDE_BY_SIDE = 15
const LINES = 300
const SOURCE = /\.[cm]?[jt]s$/

/**
 * Folders of tests that are not about one room of src.
 *   compliance, differential, hostile, model, soak, users: the whole package, from one angle
 *   options, replicate: what several rooms do together
 *   regress: bugs that came from outside
 *   fixtures, kit, stores, vectors: what tests share
 */
const OF_TESTS_ALONE = new Set([
  'compliance',
  'differential',
  'fixtures',
  'hostile',
  'kit',
  'model',
  'options',
  'regress',
  'replicate',
  'soak',
  'stores',
  'users',
  'vectors'
])

/** @typedef {{ path: string, lines: number }} Source */

/** @type {Source[]} */
const sources = trackedFiles(checked)
  .filter((file) => SOURCE.test(file))
  .map((path) => ({ path, lines: readFileSync(join(checked, path), 'utf8').trimEnd().split('\n').length }))

for (const [home, files] of groups(sources, ({ path }) => homeOf(path)))
  console.log(`# rooms: ${figures(home, files)}`)

await report({
  [`rooms: no folder has more than ${SIDE_BY_SIDE} source files side by side`]: () =>
    [...groups(sources, ({ path }) => dirname(path))]
      .filter(([, files]) => files.length > SIDE_BY_SIDE)
      .map(([dir, files]) => `${dir} has ${files.length}: give each concept a folder`),
  [`rooms: no source file has more than ${LINES} lines`]: () =>
    sources
      .filter(({ lines }) => lines > LINES)
      .map(({ path, lines }) => `${path} has ${lines}: split it by what it does`),
  'rooms: the folders of tests are named as those of the sources': () => [...unmatched()]
})

/**
 * The package, or folder of the root, that a file belongs to; tests are counted apart.
 * @param {string} path
 */
function homeOf(path) {
  const [top = '', id, folder] = path.split('/')
  if (top !== 'packages') return path.includes('/') ? top : 'root'
  return folder === 'test' ? `${top}/${id}/test` : `${top}/${id}`
}

/**
 * @param {string} home
 * @param {Source[]} files
 */
function figures(home, files) {
  const sorted = files.toSorted((a, b) => a.lines - b.lines)
  const half = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]]
  const median = ((low?.lines ?? 0) + (high?.lines ?? 0)) / 2
  const largest = sorted.at(-1)
  return `${home}: ${files.length} files, median ${median} lines, largest ${largest?.lines} (${largest && basename(largest.path)})`
}

/**
 * Folders below test/ that neither src/ nor the list above has.
 * @returns {Set<string>}
 */
function unmatched() {
  const folders = new Set(sources.map(({ path }) => dirname(path)))
  /** @type {Set<string>} */
  const problems = new Set()
  for (const folder of folders) {
    const wanted = subjectOf(folder)
    if (wanted === null || wanted.split('/').some((name) => OF_TESTS_ALONE.has(name))) continue
    const isThere = [...folders].some((each) => `${each}/`.startsWith(`${wanted}/`))
    if (!isThere) problems.add(`${folder}: there is no ${wanted} that it could be about`)
  }
  return problems
}

/**
 * The folder of sources that a folder of tests should be about.
 * @param {string} folder
 * @returns {string | null}  null: it holds no tests, or those of a whole package
 */
function subjectOf(folder) {
  const inPackage = /^(packages\/[^/]+)\/test\/(.+)$/.exec(folder)
  if (inPackage) return `${inPackage[1]}/src/${inPackage[2]}`
  return folder.startsWith('test/scripts/') ? folder.slice('test/'.length) : null
}

/**
 * @template T
 * @param {T[]} list
 * @param {(each: T) => string} keyOf
 * @returns {Map<string, T[]>}  in the order of the list
 */
function groups(list, keyOf) {
  /** @type {Map<string, T[]>} */
  const found = new Map()
  for (const each of list) {
    const key = keyOf(each)
    const group = found.get(key)
    if (group) group.push(each)
    else found.set(key, [each])
  }
  return found
}
