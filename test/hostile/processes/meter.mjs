import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often the loop delay is taken; below the bounds by far, and too seldom to cost anything. */
const RESOLUTION_MS = 2

/**
 * What a stretch of time cost this process.
 * @typedef {object} Cost
 * @property {number} cpuMs
 * @property {number} loopMaxMs  the longest that the loop was late
 */

/** Loop delay and CPU, from start() to stop(). */
export class Meter {
  #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #cpu = process.cpuUsage()

  start() {
    this.#histogram.enable()
    this.#histogram.reset()
    this.#cpu = process.cpuUsage()
  }

  /** @returns {Promise<Cost>} */
  async stop() {
    const { user, system } = process.cpuUsage(this.#cpu)
    // If the loop has stood until now, the histogram has yet to hear of it.
    await sleep(2 * RESOLUTION_MS)
    this.#histogram.disable()
    // The histogram counts its own interval too.
    return {
      cpuMs: (user + system) / 1000,
      loopMaxMs: Math.max(0, this.#histogram.max / 1e6 - RESOLUTION_MS)
    }
  }
}

/**
 * Live memory, after a collection.
 * @returns {{ heap: number, buffers: number }} bytes
 */
export function memory() {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return { heap: heapUsed, buffers: external }
}

/** Timers, sockets and whatever else keeps a Node process up, by kind. */
export function handles() {
  /** @type {Record<string, number>} */
  const counts = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}
