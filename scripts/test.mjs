// npm test: installs, builds, and runs everything that must pass. Every step runs, even if another one has failed.
// npm test -- sessions replicator: what concerns these packages. npm test -- --changed: what concerns the packages that
// git says have changed, and their dependents. The checks that only read the tree always run.
// The last line is `N passed, N failed`: the tests of vitest, and the cases of every check.
import './process/require-node.mjs'
import { availableParallelism } from 'node:os'
import { install } from './build/setup.mjs'
import { choose } from './test/choice.mjs'
import { buildStep, checkSteps, single, testSteps } from './test/steps.mjs'
import { Suite } from './test/suite.mjs'
import { root } from './workspace/root.mjs'

/** More checks at a time would only take each other's processor: some start processes of their own. */
const AT_ONCE = Math.min(2, availableParallelism())

const suite = new Suite()
try {
  const { chosen, dirs, remark } = choose(root, process.argv.slice(2))
  if (remark !== null) console.log(`# ${remark}`)
  if (await suite.run({ name: 'install', work: single(install) })) {
    await suite.run(buildStep())
    await suite.runSideBySide(checkSteps(chosen, dirs), AT_ONCE)
    for (const step of testSteps(chosen, dirs)) await suite.run(step)
  }
} catch (err) {
  // Of choose(): a word that is not understood. What a step throws is counted by the suite.
  await suite.run({ name: 'choice', work: () => Promise.reject(err) })
}
process.exitCode = suite.end()
