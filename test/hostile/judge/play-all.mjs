import { figures } from './figures.mjs'
import { Trial } from './trial.mjs'

/**
 * Plays attacks one after the other, and prints the Test Anything Protocol with their figures. The exit code is 1 if a
 * store of ours has broken a bound.
 * @param {import('../stage.mjs').Kind} kind
 * @param {readonly string[]} names
 * @param {object} [options]
 * @param {number} [options.rounds]  in which the times of an attack may be judged
 * @param {boolean} [options.judgesTimes]  false: of the times, only what no machine explains is judged
 * @param {(outcome: import('./verdict.mjs').Outcome) => Promise<void>} [options.onoutcome]
 */
export async function playAll(kind, names, { rounds, judgesTimes, onoutcome } = {}) {
  const isJudged = kind === 'ours'
  const trial = new Trial(kind, isJudged ? rounds : 1, judgesTimes)
  try {
    for (const name of names) {
      const outcome = await trial.play(name)
      const hasFailed = outcome.problems.length > 0
      if (hasFailed && isJudged) process.exitCode = 1
      console.log(`${isJudged ? (hasFailed ? 'not ok ' : 'ok ') : ''}hostile: ${name}`)
      console.log(`#   ${figures(outcome)}`)
      for (const problem of outcome.problems) console.log(problem.replace(/^/gm, '  '))
      if (outcome.untimed !== null) console.log(`skipped hostile: the times of ${name}: ${outcome.untimed}`)
      await onoutcome?.(outcome)
    }
  } finally {
    await trial.close()
  }
}
