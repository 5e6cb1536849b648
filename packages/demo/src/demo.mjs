import { DemoError } from './errors.mjs'
import { run } from './run.mjs'
import { findSource } from './source/find.mjs'
import { summarize } from './summary.mjs'
import { createView } from './view.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Passes a folder on, and prints the result to stdout.
 * @param options  as of parseOptions()
 * @throws         DemoError, or what nobody expected; every process has ended then
 */
export async function demo({ dir, data, isPublic, json }) {
  const source = await findSource(dir, data)
  const view = createView(process.stderr)
  view.source(source)

  const stop = new AbortController()
  const onsignal = (name) => {
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
