import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../kit/temporary-directory.js'
import { type MirrorSoak, runMirrorSoak } from './run.mjs'

const seed = Number(process.env['MANYCORE_SEED'] ?? 1)

/** Enough for most kinds of steps. */
const STEPS = 40

// scripts/soak-mirrors.mjs does the same for minutes.
test(
  'mirrors in processes that end and are killed are level in the end, and all copies equal',
  { timeout: 240_000 },
  async () => {
    const steps = async (soak: MirrorSoak): Promise<void> => {
      for (let i = 0; i < STEPS; i++) await soak.step()
    }
    const opts = { seed, cores: 4, directory: temporaryDirectory(), work: [steps] }
    const { problems } = await runMirrorSoak(opts)
    expect({ seed, problems }).toEqual({ seed, problems: [] })
  }
)
