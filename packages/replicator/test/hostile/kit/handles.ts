import { setFlagsFromString } from 'node:v8'
import { setImmediate as tick } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import { expect } from 'vitest'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Bytes of heap in use after everything that is garbage has gone. */
export async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await tick()
    gc()
  }
  return process.memoryUsage().heapUsed
}

/** Bytes of buffers outside the heap, after the same. */
export async function buffers(): Promise<number> {
  await heap()
  return process.memoryUsage().external
}

/** Timers, sockets and whatever else keeps a Node process up, by kind. */
function handles(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1 // those of this very call
  }
  return counts
}

export interface Usage {
  bytes: number
  buffers: number
  open: Record<string, number>
}

export async function usage(): Promise<Usage> {
  return { bytes: await heap(), buffers: process.memoryUsage().external, open: handles() }
}

/**
 * Heap, buffers outside it and handles are where they were.
 * @param slack  bytes: two measurements of a running process are never the same
 * @returns by how many bytes the heap has grown
 */
export async function flat(before: Usage, slack = 4e6): Promise<number> {
  const grown = (await heap()) - before.bytes
  expect(grown).toBeLessThan(slack)
  expect(process.memoryUsage().external - before.buffers).toBeLessThan(slack)
  for (const [kind, count] of Object.entries(handles())) {
    expect(count, kind).toBeLessThanOrEqual(before.open[kind] ?? 0)
  }
  return grown
}
