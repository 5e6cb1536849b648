import { DemoError } from './errors.js'
import { HELP, type Options, parseOptions } from './options.js'
import { run } from './run.js'
import { findSource } from './source/find.js'
import { summarize } from './summary.js'
import { View } from './view.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * The command line.
 * @param argv  without node and the script
 * @returns     the exit code, after everything was printed and every process has ended
 */
export async function main(argv: string[]): Promise<number> {
  try {
    const options = parseOptions(argv)
    if (options.help) console.log(HELP)
    else await demo(options)
    return 0
  } catch (err) {
    const isExplained = err instanceof DemoError
    console.error(isExplained ? err.message : err)
    return isExplained ? err.exitCode : 1
  }
}

/** Passes a folder on, and prints the result to stdout. */
async function demo({ dir, data, isPublic, json }: Options): Promise<void> {
  const source = await findSource(dir, data)
  const view = new View(process.stderr)
  view.source(source)

  const stop = new AbortController()
  const onsignal = (name: string): void => {
    stop.abort(new DemoError(`stopped by ${name}: the stores are kept, run it again to go on`, 130))
  }
  for (const name of SIGNALS) process.on(name, onsignal)

  try {
    const result = await run(source, { isPublic, signal: stop.signal, view })
    console.log(json ? JSON.stringify(result, null, 2) : summarize(result))
  } finally {
    for (const name of SIGNALS) process.off(name, onsignal)
  }
}
