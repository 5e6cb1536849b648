// How long one append takes, with nothing else going on. tinybench counts: its percentiles, its warm-up.
import { Bench } from 'tinybench'
import { BLOCK } from './work.mjs'

export function appendLatency(appends) {
  return async ({ contender, scale, directory }) => {
    const store = contender.core === undefined ? contender.open(directory) : null
    const core = store === null ? contender.core(directory) : store.get({ name: 'log' })
    await core.ready()
    const bench = new Bench({
      time: 0,
      iterations: Math.ceil(appends * scale),
      warmupTime: 0,
      warmupIterations: Math.ceil(500 * scale),
      throws: true
    })
    bench.add('append', () => core.append(BLOCK))
    await bench.run()
    const { p50, p99 } = bench.tasks[0].result.latency
    await (store ?? core).close()
    return { p50Ms: p50, p99Ms: p99 }
  }
}
