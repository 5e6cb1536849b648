// Every attack of test/hostile/ on a store of ours, and what each costs. --list: their names. --only=NAME,…: these.
// --quick: those of npm test. --stock: on npm Corestore, of which nothing is asked. --json: all figures.
import './process/require-node.mjs'
import { parseArgs } from 'node:util'
import { attacks } from '../test/hostile/attacks/index.mjs'
import { figures } from '../test/hostile/judge/figures.mjs'
import { Trial } from '../test/hostile/judge/trial.mjs'

const { values } = parseArgs({
  options: {
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    stock: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false }
  }
})
const only = values.only?.split(',')
const names = Object.entries(attacks)
  .filter(([name, { isQuick }]) => only?.includes(name) ?? (!values.quick || isQuick))
  .map(([name]) => name)

if (values.list) for (const name of names) console.log(name)
else await run(values.stock ? 'stock' : 'ours')

/** @param {import('../test/hostile/stage.mjs').Kind} kind */
async function run(kind) {
  const trial = new Trial(kind, kind === 'stock' ? 1 : undefined)
  try {
    for (const name of names) {
      const outcome = await trial.play(name)
      const passed = outcome.problems.length === 0
      console.log(`${passed ? 'ok' : 'not ok'} hostile: ${name}`)
      console.log(`#   ${figures(outcome)}`)
      if (values.json) console.log(JSON.stringify(outcome, null, 2))
      for (const problem of outcome.problems) console.log(problem.replace(/^/gm, '  '))
      if (outcome.untimed !== null) console.log(`skipped hostile: the times of ${name}: ${outcome.untimed}`)
      if (!passed && kind === 'ours') process.exitCode = 1
    }
  } finally {
    await trial.close()
  }
}
