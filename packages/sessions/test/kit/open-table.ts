import Hypercore from 'hypercore'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { onTestFinished } from 'vitest'
import { SessionTable } from '../../src/index.js'
import { ManualClock } from './manual-clock.js'
import { temporaryDirectory } from './temporary-directory.js'

export const LINGER = 1000

/** A table on RocksDB, with a linger of LINGER ms on a clock of its own; the end of the test closes both. */
export function openTable(opts: { lingerMs?: number; maxOpenCores?: number; directory?: string } = {}): {
  table: SessionTable
  clock: ManualClock
  storage: CorestoreStorage
} {
  const { lingerMs = LINGER, maxOpenCores, directory = temporaryDirectory() } = opts
  const clock = new ManualClock()
  const storage = Hypercore.defaultStorage(directory)
  const table = new SessionTable(storage, { lingerMs, maxOpenCores, clock })
  onTestFinished(async () => {
    await table.close().catch(() => {}) // the tests of failing closes have looked at it
    await storage.close()
  })
  return { table, clock, storage }
}
