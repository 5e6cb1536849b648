import { slowest } from './slowest.mjs'

/** @typedef {import('./steps.mjs').Step} Step */

/** One run of `npm test`: runs steps, prints what they say, adds up their counts and times. */
export class Suite {
  #total = { passed: 0, failed: 0, skipped: 0 }
  /** @type {import('./slowest.mjs').Timed[]} */
  #timed = []

  /**
   * Runs one step. A throw counts as one failure.
   * @param {Step} step
   * @returns {Promise<boolean>}  whether everything passed
   */
  async run({ name, work }) {
    const start = performance.now()
    console.log(`> ${name}`)
    const { counts, text, timed } = await work().catch((err) => ({
      counts: { passed: 0, failed: 1, skipped: 0 },
      text: err.message,
      timed: []
    }))
    const ms = performance.now() - start
    this.#timed.push({ kind: 'step', name, ms }, ...(timed ?? []))
    this.#total.passed += counts.passed
    this.#total.failed += counts.failed
    this.#total.skipped += counts.skipped

    const verdict = counts.failed > 0 ? 'FAIL' : 'pass'
    console.log(
      `${text ? `${text}\n` : ''}${verdict} ${name} (${(ms / 1000).toFixed(1)} s): ${shown(counts)}\n`
    )
    return counts.failed === 0
  }

  /**
   * Runs steps that do not mind each other, so many at a time. All of them run, even if one fails.
   * @param {Step[]} steps
   * @param {number} atOnce
   */
  async runSideBySide(steps, atOnce) {
    const waiting = [...steps]
    const lane = async () => {
      for (let step = waiting.shift(); step; step = waiting.shift()) await this.run(step)
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
  }

  /**
   * Prints what took longest, and as the last line `N passed, N failed`, with `, N skipped` if some were.
   * @returns {number}  the exit code
   */
  end() {
    const { passed, failed, skipped } = this.#total
    console.log(`${slowest(this.#timed)}\n`)
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
    return failed > 0 ? 1 : 0
  }
}

/** @param {import('./steps.mjs').Counts} counts */
function shown(counts) {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([key, count]) => `${count} ${key}`)
    .join(', ')
}
