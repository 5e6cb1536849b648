import { brokenBounds, busy, isBeyondDoubt, lateBounds } from './bounds.mjs'

/** @typedef {import('../play.mjs').Played} Played */

/**
 * What came of one attack.
 * @typedef {object} Outcome
 * @property {string} name
 * @property {Played[]} rounds     none = the victim did not live to tell
 * @property {string | null} died  how
 * @property {string[]} problems   bounds that are broken
 * @property {string | null} untimed  why its times could not be judged
 */

/** How often an attack is played until its times are judged; it is the median of as many that decides. */
const ROUNDS = 3
const TOO_OFTEN = 2

/**
 * Judges an attack, round by round. What does not depend on the machine is judged in each round. Its times are within
 * bounds if they are in one round, because a busy machine only adds to them; they are not if they were too long twice
 * while the machine was quiet, or by so much that no machine explains it.
 */
export class Verdict {
  #attack
  #most
  #judgesTimes
  /** @type {string[][]} */
  #late = []
  /** @type {Outcome} */
  outcome

  /**
   * @param {string} name
   * @param {import('../attacks/attack.mjs').Attack} attack
   * @param {number} [most]  rounds
   * @param {boolean} [judgesTimes]  false: only what no machine explains is judged of the times, in one round
   */
  constructor(name, attack, most = ROUNDS, judgesTimes = true) {
    this.#attack = attack
    this.#most = most
    this.#judgesTimes = judgesTimes
    this.outcome = { name, rounds: [], died: null, problems: [], untimed: null }
  }

  /**
   * @param {Played | string} played  a string: how the victim has died
   * @returns {boolean} true = it has to be played again
   */
  add(played) {
    const { outcome } = this
    if (typeof played === 'string') {
      outcome.died = played
      outcome.problems.push(played)
      return false
    }
    outcome.rounds.push(played)
    for (const problem of brokenBounds(this.#attack, played)) {
      if (!outcome.problems.includes(problem)) outcome.problems.push(problem)
    }
    return this.#time(played)
  }

  /** @param {Played} played */
  #time(played) {
    const { outcome } = this
    const late = lateBounds(this.#attack, played)
    const reason = busy(played)
    outcome.untimed = null
    if (late.length === 0) return false
    if (!this.#judgesTimes && !isBeyondDoubt(this.#attack, played)) {
      outcome.untimed = `they are judged by npm run hostile, on a quiet machine; here ${late.join(', ')}`
      return false
    }
    if (reason === null || isBeyondDoubt(this.#attack, played)) this.#late.push(late)
    // It has failed already, whatever other rounds would say.
    const enough = outcome.problems.length > 0 ? 1 : Math.min(TOO_OFTEN, this.#most)
    if (this.#late.length >= enough) {
      outcome.problems.push(...late)
      return false
    }
    outcome.untimed = reason ?? `in one of ${outcome.rounds.length} rounds ${late.join(', ')}`
    return outcome.problems.length === 0 && outcome.rounds.length < this.#most
  }
}
