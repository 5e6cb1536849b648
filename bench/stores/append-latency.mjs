// How long one append takes, with nothing else going on. tinybench counts: its percentiles, its warm-up.
import { Bench } from 'tinybench'
import { BLOCK } from './work.mjs'

/** @param {number} appends */
export function appendLatency(appends) {
  /** @param {import('./contenders.mjs').Context} context */
  return async ({ contender, scale, directory }) => {
    const alone = contender.core?.(directory)
    const store = alone ?? contender.open(directory)
    const core = 'append' in store ? store : store.get({ name: 'log' })
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
    const { p50, p99 } = latencyOf(bench)
    await store.close()
    return { p50Ms: p50, p99Ms: p99 }
  }
}

/**
 * The latencies of a bench with one task, once it has run.
 * @param {Bench} bench
 */
export function latencyOf(bench) {
  const result = bench.tasks[0]?.result
  if (result === undefined || !('latency' in result)) throw new Error('the bench has no result')
  return result.latency
}
