import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Names the environment variable that says where the list is kept: another run has another list. */
export const LIST_VARIABLE = 'MANYCORE_RUNNING'

/**
 * The test files that have begun and not ended: those that hang, in a run that had to be stopped.
 * @param {string} list  path of the list
 */
export function running(list) {
  return existsSync(list) ? readFileSync(list, 'utf8').trimEnd() : 'no test file'
}

/** A reporter of vitest that keeps the list. */
export default class Running {
  /** @type {Set<string>} */
  #files = new Set()

  /** @param {{ relativeModuleId: string }} module */
  onTestModuleStart({ relativeModuleId }) {
    this.#files.add(relativeModuleId)
    this.#write()
  }

  /** @param {{ relativeModuleId: string }} module */
  onTestModuleEnd({ relativeModuleId }) {
    this.#files.delete(relativeModuleId)
    this.#write()
  }

  #write() {
    const list = process.env[LIST_VARIABLE]
    if (list) writeFileSync(list, Array.from(this.#files, (file) => `${file}\n`).join(''))
  }
}
