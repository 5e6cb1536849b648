// Processes that do what they are asked to, as seen by who asks.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** @typedef {Record<string, number>} Figures */

export class End {
  #child

  /** @param {string} script  of this folder @param {string[]} args */
  constructor(script, ...args) {
    this.#child = fork(join(import.meta.dirname, script), args, { execArgv: ['--expose-gc'] })
  }

  /**
   * @param {string} what
   * @param {unknown[]} args
   * @returns {Promise<Figures>}
   */
  async ask(what, ...args) {
    const gone = new AbortController()
    const { signal } = gone
    try {
      this.#child.send([what, args])
      const [answer] = await Promise.race([
        once(this.#child, 'message', { signal }),
        once(this.#child, 'exit', { signal }).then(([code]) => {
          throw new Error(`a process ended with ${code} when it was asked to ${what}`)
        })
      ])
      return answer
    } finally {
      gone.abort()
    }
  }

  async exit() {
    if (this.#child.exitCode !== null) return
    this.#child.kill()
    await once(this.#child, 'exit')
  }
}

/**
 * Does what it is asked to, one thing at a time.
 * @param {Record<string, (...args: any[]) => Promise<Figures>>} does
 */
export function answer(does) {
  process.on('message', async (/** @type {[what: string, args: unknown[]]} */ [what, args]) => {
    process.send?.(await does[what]?.(...args))
  })
}

/**
 * Has a process of its own (end.mjs) do one thing.
 * @param {string} contender
 * @param {string} directory
 * @param {string} what
 * @param {unknown[]} args
 */
export async function alone(contender, directory, what, ...args) {
  const end = new End('end.mjs', contender, directory)
  try {
    return await end.ask(what, ...args)
  } finally {
    await end.exit()
  }
}
