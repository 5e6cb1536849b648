import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../workspace/root.mjs'

const LIST = join(root, 'node_modules/.cache/vitest-running.txt')

/** The test files that have begun and not ended: those that hang, in a run that had to be stopped. */
export function running() {
  return readFileSync(LIST, 'utf8').trimEnd()
}

/** A reporter of vitest that keeps the list. */
export default class Running {
  #files = new Set()

  onTestModuleStart({ relativeModuleId }) {
    this.#files.add(relativeModuleId)
    this.#write()
  }

  onTestModuleEnd({ relativeModuleId }) {
    this.#files.delete(relativeModuleId)
    this.#write()
  }

  #write() {
    writeFileSync(LIST, Array.from(this.#files, (file) => `${file}\n`).join(''))
  }
}
