// What a process takes of memory and of the processor from one moment on.
import { getHeapStatistics } from 'node:v8'
import { memoryInUse } from '../stores/work.mjs'

const MS = 10
const MB = 1024 * 1024

/**
 * Begins with garbage collected.
 * @returns what has been taken so far: MB that are in use once garbage is collected, that were in use at most with garbage, and
 *          that the process grew by, beside what it had at most in all; and ms of the processor, of all threads
 */
export function gauge() {
  const before = memoryInUse()
  const { rss } = process.memoryUsage()
  const cpu = process.cpuUsage()
  let most = before
  const timer = setInterval(() => {
    const { used_heap_size: heap, external_memory: external } = getHeapStatistics() // a tenth of memoryUsage()
    most = Math.max(most, heap + external)
  }, MS)
  return () => {
    clearInterval(timer)
    const { user, system } = process.cpuUsage(cpu)
    const peak = process.resourceUsage().maxRSS * 1024
    return {
      liveMb: (memoryInUse() - before) / MB,
      heapMb: (most - before) / MB,
      grownMb: Math.max(0, peak - rss) / MB,
      residentMb: peak / MB,
      cpuMs: (user + system) / 1000
    }
  }
}
