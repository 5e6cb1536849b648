import { expect, test } from 'vitest'
import { figures, runSoak } from './run.mjs'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const seed = Number(process.env['MANYCORE_SEED'] ?? 1)

// scripts/soak.mjs does the same with 200 streams and 2,000 cores, by the clock.
test('peers join and leave, policies change: all copies equal, none elsewhere, nothing left', async () => {
  const steps = (count: number) => async (soak: { step(): Promise<void> }) => {
    for (let i = 0; i < count; i++) await soak.step()
  }
  const directory = temporaryDirectory()
  const opts = { streams: 20, cores: 60, seed, directory, warmUp: steps(50), work: steps(200) }
  const { first, last, open, empty } = await runSoak(opts)
  for (const { copies, equal, elsewhere, problems } of [first, last]) {
    expect({ seed, equal, elsewhere, problems }).toEqual({ seed, equal: copies, elsewhere: 0, problems: [] })
  }
  for (const [name, before, after] of [...figures(open, 'no core open'), ...figures(empty, 'closed')]) {
    expect({ seed, [name]: after }).toEqual({ seed, [name]: before })
  }
})
