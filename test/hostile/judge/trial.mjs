import { attackOf } from '../attacks/index.mjs'
import { play } from '../play.mjs'
import { Stage } from '../stage.mjs'
import { traces } from './bounds.mjs'
import { Verdict } from './verdict.mjs'

/** Plays attacks one after the other, on one stage for as long as that is as it was. */
export class Trial {
  #kind
  #rounds
  #judgesTimes
  /** @type {Stage | null} */
  #stage = null

  /**
   * @param {import('../stage.mjs').Kind} kind
   * @param {number} [rounds]  that may be played until the times of an attack are judged
   * @param {boolean} [judgesTimes]
   */
  constructor(kind, rounds, judgesTimes) {
    this.#kind = kind
    this.#rounds = rounds
    this.#judgesTimes = judgesTimes
  }

  /**
   * @param {string} name
   * @returns {Promise<import('./verdict.mjs').Outcome>}
   */
  async play(name) {
    const verdict = new Verdict(name, attackOf(name), this.#rounds, this.#judgesTimes)
    while (verdict.add(await this.#once(name)));
    return verdict.outcome
  }

  async close() {
    await this.#stage?.close()
    this.#stage = null
  }

  /**
   * @param {string} name
   * @returns {Promise<import('../play.mjs').Played | string>} a string: how the victim has died
   */
  async #once(name) {
    const { isMirrored = false } = attackOf(name)
    if (this.#stage?.isMirrored !== isMirrored) await this.close()
    const stage = (this.#stage ??= await Stage.open(this.#kind, isMirrored))
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
  const { name, message, stack } = /** @type {Error} */ (err)
  if (message.includes('JavaScript heap out of memory')) return 'process died: out of memory'
  return name === 'Stuck' ? message : (stack ?? message)
}
