import { count, megabytes } from './format.mjs'
import { progressBar } from './progress-bar.mjs'
import { progressLines } from './progress-lines.mjs'

/**
 * What a person sees while the demo runs.
 * @param stream  process.stderr: a terminal gets bars, anything else a line now and then
 */
export function createView(stream) {
  let current = null

  return { source, dht, role, bar, end }

  function source({ title, data, files, bytes, skipped, leftOut }) {
    line('source', `${title}: ${count(files.length)} files, ${megabytes(bytes)}`)
    if (skipped > 0) line('', `${count(skipped)} symbolic links or devices are left out`)
    if (leftOut.length > 0)
      line('', `${count(leftOut.length)} that cannot be read as files are left out: see the table`)
    line('stores', data)
  }

  function dht(testnet) {
    if (testnet === null) line('dht', 'the public one (untested)')
    else line('dht', `${testnet.nodes.length} nodes on 127.0.0.1`)
  }

  /** What becomes of a process. */
  function role(name, news) {
    line(name, news)
  }

  /** Starts the progress of a step: { update(counts), stop() }. One at a time. */
  function bar(step) {
    current = (stream.isTTY ? progressBar : progressLines)(stream, label(step))
    return { update: current.update, stop: end }
  }

  /** Stops what is still moving. */
  function end() {
    current?.stop()
    current = null
  }

  function line(name, text) {
    stream.write(`${label(name)}${text}\n`)
  }

  function label(name) {
    return name.padEnd(8)
  }
}
