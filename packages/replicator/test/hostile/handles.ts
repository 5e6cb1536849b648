import { setFlagsFromString } from 'node:v8'
import { setImmediate as tick } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'

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

/** Timers, sockets and whatever else keeps a Node process up, by kind. */
export function handles(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1 // those of this very call
  }
  return counts
}
