import { attackOf } from '../attacks/index.mjs'
import { play } from '../play.mjs'
import { Stage } from '../stage.mjs'
import { brokenBounds, busy, isBeyondDoubt, lateBounds, traces } from './bounds.mjs'

/** @typedef {import('../play.mjs').Played} Played */

/** How often an attack is played until its times are judged; it is the median of as many that decides. */
const ROUNDS = 3
const TOO_OFTEN = 2

/**
 * What came of one attack.
 * @typedef {object} Outcome
 * @property {string} name
 * @property {Played[]} rounds     none = the victim did not live to tell
 * @property {string | null} died  how
 * @property {string[]} problems   bounds that are broken
 * @property {string | null} untimed  why its times could not be judged
 */

/** Plays attacks one after the other, on one stage for as long as that is as it was. */
export class Trial {
  #kind
  #rounds
  /** @type {Stage | null} */
  #stage = null

  /**
   * @param {import('../stage.mjs').Kind} kind
   * @param {number} [rounds]  that may be played until the times are within bounds
   */
  constructor(kind, rounds = ROUNDS) {
    this.#kind = kind
    this.#rounds = rounds
  }

  /**
   * Plays an attack until its times are within bounds, or were too long twice on a machine that was quiet.
   * @param {string} name
   * @returns {Promise<Outcome>}
   */
  async play(name) {
    const attack = attackOf(name)
    /** @type {Outcome} */
    const outcome = { name, rounds: [], died: null, problems: [], untimed: null }
    /** @type {string[][]} */
    const late = []
    for (let round = 0; round < this.#rounds && late.length < TOO_OFTEN; round++) {
      const played = await this.#once(name)
      if (typeof played === 'string') return { ...outcome, died: played, problems: [played] }
      outcome.rounds.push(played)
      for (const problem of brokenBounds(attack, played)) {
        if (!outcome.problems.includes(problem)) outcome.problems.push(problem)
      }
      const problems = lateBounds(played)
      if (problems.length === 0) return { ...outcome, untimed: null }
      const reason = isBeyondDoubt(played) ? null : busy(played)
      if (reason === null) late.push(problems)
      // It has failed whatever other rounds would say.
      if (outcome.problems.length > 0) break
      outcome.untimed = reason ?? outcome.untimed ?? `once ${problems.join(', ')}`
    }
    const enough = outcome.problems.length > 0 ? 1 : Math.min(TOO_OFTEN, this.#rounds)
    if (late.length < enough) return outcome
    return { ...outcome, problems: [...outcome.problems, ...(late.at(-1) ?? [])], untimed: null }
  }

  async close() {
    await this.#stage?.close()
    this.#stage = null
  }

  /**
   * @param {string} name
   * @returns {Promise<Played | string>} a string: how the victim has died
   */
  async #once(name) {
    const stage = (this.#stage ??= await Stage.open(this.#kind))
    try {
      const played = await play(name, stage)
      if (traces(played).length > 0) await this.close()
      return played
    } catch (err) {
      await this.close()
      return reasonOf(err)
    }
  }
}

/** @param {unknown} err */
function reasonOf(err) {
  const { message, stack } = /** @type {Error} */ (err)
  const outOfMemory = /JavaScript heap out of memory/.exec(message)?.[0]
  return outOfMemory ?? stack ?? message
}
