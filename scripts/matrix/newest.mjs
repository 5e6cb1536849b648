// By hand: what breaks with the newest of everything that upstream has published? In a copy of the workspace, so that
// nothing here changes. `npm run test:matrix` runs the same tests and writes them down; `npm test` does not go there.
import '../process/require-node.mjs'
import { copyWorkspace } from '../workspace/copy.mjs'
import { catalogVersion, newestUpstream } from './upstream.mjs'
import { vitestIn } from './vitest-in.mjs'
import { report } from '../process/report.mjs'
import { node } from '../process/run.mjs'
import { setup } from '../build/setup.mjs'

/** What looks at upstream's members and files, besides the tests. */
const CHECKS = ['checks/shims', ...['readmes', 'examples', 'packed', 'alone'].map((name) => `trials/${name}`)]

await setup()
const newest = await newestUpstream()
for (const [name, version] of Object.entries(newest)) {
  console.log(`# ${name} ${version}; here ${catalogVersion(name)}`)
}

/** @type {string | null} */
let copy = null
/** @type {import('../process/report.mjs').Cases} */
const cases = {
  'upstream: it installs, and everything compiles': async () => {
    copy = await copyWorkspace(newest, { isFresh: true })
    return []
  }
}
for (const name of CHECKS) cases[`upstream: ${name} passes`] = () => inCopy(`scripts/${name}.mjs`)
cases['upstream: the types of the tests are right'] = () =>
  inCopy('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.test.json')
cases['upstream: all tests pass'] = async () =>
  copy === null ? ['there is no copy'] : (await vitestIn(copy)).failures
await report(cases)

/** @param {string[]} args */
async function inCopy(...args) {
  if (copy === null) return ['there is no copy']
  const { code, output } = await node(args, { cwd: copy })
  return code === 0 ? [] : [output.replace(/^ok .*\n/gm, '')]
}
