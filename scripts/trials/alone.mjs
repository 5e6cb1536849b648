// What a package brings along when it is the only one installed, by npm from its tarball.
import { join } from 'node:path'
import { install, pack } from './pack.mjs'
import { report } from '../process/report.mjs'
import { HANG_MS, must, node } from '../process/run.mjs'
import { checked, isWanted, packagesOf, readJson } from '../workspace/packages.mjs'

/**
 * Package → what must not come with it. scripts/test/steps.mjs runs this trial only for these, and for corestore.
 * @type {Record<string, RegExp>}
 */
const UNWANTED = {
  '@manycore/keychain':
    /^(hypercore|hypercore-storage|rocksdb-native|corestore|@manycore\/(?!hypercore-types|keychain).*)$/,
  '@manycore/sessions': /^(corestore|@manycore\/(?!hypercore-types|sessions).*)$/,
  '@manycore/replicator': /^(corestore|@manycore\/(?!hypercore-types|reconcile|replicator).*)$/
}

/** Of what two copies would not know each other, or be megabytes. */
const ONCE = ['hypercore', 'hypercore-storage', 'rocksdb-native', 'sodium-native', '@manycore/kv']

const USE = `
  const Corestore = require('@manycore/corestore')
  const store = new Corestore('./store')
  const core = store.get({ name: 'log' })
  core.append('kept').then(() => core.get(0)).then((block) => {
    if (String(block) !== 'kept') throw new Error(String(block))
    return store.close()
  })`

/** @type {import('./pack.mjs').Tarball[]} */
let tarballs = []
/** @type {import('../process/report.mjs').Cases} */
const cases = {}
const wanted = packagesOf(checked).filter(({ id, published }) => published && isWanted(id))
for (const { name } of wanted) {
  if (name in UNWANTED)
    cases[`alone: ${name} installs and loads with no more than it needs`] = () => alone(name)
}
if (wanted.some(({ name }) => name === '@manycore/corestore'))
  cases['alone: npm install @manycore/corestore brings one of everything, the newest Hypercore, and works'] =
    works
await report(cases, async () => {
  tarballs = await pack(checked)
})

/**
 * What npm has installed: path → its version.
 * @param {string} project
 * @returns {Record<string, { version?: string }>}
 */
function installedIn(project) {
  return readJson(join(project, 'node_modules/.package-lock.json')).packages
}

/** Nothing is pinned: what a user gets who asks for no version. */
async function works() {
  const project = await install(tarballs, ['@manycore/corestore'])
  const packages = installedIn(project)
  const problems = ONCE.flatMap((name) => {
    const found = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
    return found.length === 1 ? [] : [`${found.length} copies of ${name}, at ${found.map(([path]) => path)}`]
  })
  const { stdout } = await must('npm', ['view', 'hypercore@11', 'version', '--json', '--prefer-offline'])
  const newest = [JSON.parse(stdout)].flat().at(-1)
  const version = packages['node_modules/hypercore']?.version
  if (version !== newest) problems.push(`hypercore ${version} instead of ${newest}: widen the peer's range`)

  const { code, output } = await node(['-e', USE], { cwd: project, timeoutMs: HANG_MS })
  return code === 0 ? problems : [...problems, output]
}

/** @param {string} name */
async function alone(name) {
  const project = await install(tarballs, [name])
  const packages = installedIn(project)
  const unwanted = Object.keys(packages)
    .map((path) => path.split('node_modules/').at(-1) ?? path)
    .filter((each) => UNWANTED[name]?.test(each))
    .map((each) => `${name} pulls in ${each}: take it as an argument, or declare an interface for it`)

  const { code, output } = await node(['-e', `require('${name}')`], { cwd: project, timeoutMs: HANG_MS })
  return code === 0 ? unwanted : [...unwanted, `require('${name}') fails:\n${output}`]
}
