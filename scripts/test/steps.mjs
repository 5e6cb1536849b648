import { basename, join } from 'node:path'
import { build } from '../build/setup.mjs'
import { HANG_MS, node } from '../process/run.mjs'
import { root } from '../workspace/root.mjs'
import { vitest } from './vitest.mjs'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * What a step has to say when it has ended.
 * @typedef {object} Result
 * @property {Counts} counts
 * @property {string} [text]                   for a person: failures, remarks
 * @property {import('./slowest.mjs').Timed[]} [timed]  its tests, if it knows how long each took
 */

/** @typedef {{ name: string, work: () => Promise<Result> }} Step */

const READING = [
  'rooms',
  'edges',
  'types',
  'shims',
  'errors',
  'options',
  'tracked',
  'citations',
  'manifests',
  'changesets',
  'docs',
  'docstrings',
  'attacks'
]

/**
 * Checks that run code, with where the parts lie that they are about: one that has no case for a part must not run for
 * it. Those that take longest come first, so that none of them runs alone at the end.
 * @type {Record<string, RegExp>}
 */
const RUNNING = {
  bench: /^bench$/,
  readmes: /./,
  packed: /^packages\//,
  mesh: /^test\/mesh$/,
  alone: /^packages\/(keychain|sessions|replicator|corestore)$/,
  examples: /^examples$/
}

/**
 * Trials that measure time, so that nothing may run beside them.
 * @type {Record<string, RegExp>}
 */
const MEASURING = {
  hostile: /^(packages\/replicator|test\/hostile)$/
}

/** @returns {Step} */
export function buildStep() {
  return { name: 'build', work: single(build) }
}

/**
 * Everything that may run once the packages are built, in any order and side by side.
 * @param {import('./parts.mjs').Chosen} chosen
 * @param {string[]} dirs  of the chosen parts
 * @returns {Step[]}
 */
export function checkSteps(chosen, dirs) {
  return [
    ...trials(RUNNING, chosen, dirs),
    tool('format', 'prettier/bin/prettier.cjs', '--check', '.'),
    tool('unused code', 'knip/bin/knip.js', '--no-config-hints'),
    tool('types of tests', 'typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.test.json'),
    tool('types of scripts', 'typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.scripts.json'),
    tool('lint', 'oxlint/bin/oxlint', '--deny-warnings'),
    check('../docs/api', ['--check']),
    ...READING.map((name) => check(`checks/${name}`, []))
  ]
}

/**
 * What runs by itself, one after the other.
 * @param {import('./parts.mjs').Chosen} chosen
 * @param {string[]} dirs  of the chosen parts
 * @returns {Step[]}       none when there is nothing for the chosen parts
 */
export function testSteps(chosen, dirs) {
  const measuring = trials(MEASURING, chosen, dirs)
  const folders = dirs.filter((dir) => dir.startsWith('packages/')).map((dir) => `${dir}/test/`)
  if (chosen !== null && folders.length === 0) return measuring
  return [...measuring, { name: 'tests', work: () => vitest(folders) }]
}

/**
 * The trials of a list that are about what is chosen.
 * @param {Record<string, RegExp>} list
 * @param {import('./parts.mjs').Chosen} chosen
 * @param {string[]} dirs
 */
function trials(list, chosen, dirs) {
  const only = chosen === null ? [] : [`--only=${[...chosen].join()}`]
  return Object.entries(list)
    .filter(([, about]) => chosen === null || dirs.some((dir) => about.test(dir)))
    .map(([name]) => check(`trials/${name}`, only))
}

/**
 * A step that passes unless its work throws.
 * @param {() => Promise<unknown>} work
 */
export function single(work) {
  return async () => {
    await work()
    return { counts: { passed: 1, failed: 0, skipped: 0 } }
  }
}

/**
 * A program of node_modules that passes when it exits with 0; silent then.
 * @param {string} name
 * @param {string} script
 * @param {string[]} args
 * @returns {Step}
 */
function tool(name, script, ...args) {
  const work = single(async () => {
    const { code, output } = await limited([join(root, 'node_modules', script), ...args])
    if (code !== 0) throw new Error(output)
  })
  return { name, work }
}

/**
 * scripts/<file>.mjs: counts its cases, shows those that failed or could not be judged, and what it remarks about its run.
 * @param {string} file
 * @param {string[]} args
 * @returns {Step}
 */
function check(file, args) {
  const work = async () => {
    const { code, output } = await limited([join(root, `scripts/${file}.mjs`), ...args])
    const passed = output.match(/^ok /gm)?.length ?? 0
    const failed = output.match(/^not ok /gm)?.length ?? 0
    const skipped = output.match(/^skipped /gm)?.length ?? 0
    if (failed === 0 && (code !== 0 || passed === 0))
      throw new Error(output || `scripts/${file}.mjs reported nothing`)
    const text =
      failed > 0 ? output.replace(/^ok .*\n/gm, '') : (output.match(/^(#|skipped) .*\n/gm) ?? []).join('')
    return { counts: { passed, failed, skipped }, text: text.trimEnd() }
  }
  return { name: basename(file), work }
}

/**
 * Ends what hangs, so that it fails instead of holding the others up; later than a check ends what hangs in it.
 * @param {string[]} args
 */
async function limited(args) {
  const timeoutMs = 3 * HANG_MS
  const result = await node(args, { cwd: root, timeoutMs })
  if (result.timedOut) throw new Error(`${result.output}\nstopped after ${timeoutMs / 60_000} minutes`)
  return result
}
