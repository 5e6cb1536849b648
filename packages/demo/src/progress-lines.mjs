import { LINE_MS } from './defaults.mjs'
import { progressText } from './format.mjs'

/**
 * As progressBar(), for a file or a pipe: a line for the first news, then one every LINE_MS, and the last news.
 */
export function progressLines(stream, label) {
  let last = -Infinity
  let unsaid = null

  return {
    update(counts) {
      unsaid = counts
      if (performance.now() - last >= LINE_MS) say()
    },
    stop() {
      if (unsaid) say()
    }
  }

  function say() {
    stream.write(`${label}${progressText(unsaid)}\n`)
    unsaid = null
    last = performance.now()
  }
}
