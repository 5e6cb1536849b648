import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often the loop delay is taken; below the bounds by far, and too seldom to cost anything. */
const RESOLUTION_MS = 2

/** @typedef {{ heap: number, buffers: number }} Memory  live bytes, after a collection */

/**
 * What a stretch of time cost this process.
 * @typedef {object} Cost
 * @property {number} ms
 * @property {number} cpuMs
 * @property {number} loopMaxMs  the longest that the loop was late
 * @property {number} loopP99Ms
 */

/** Loop delay and CPU, from start() to stop(), except while `apart()` runs something. */
export class Meter {
  #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #started = 0
  #cpu = process.cpuUsage()
  /** of what ran apart */
  #apart = { ms: 0, cpuMs: 0 }

  start() {
    this.#histogram.enable()
    this.#histogram.reset()
    this.#started = performance.now()
    this.#cpu = process.cpuUsage()
    this.#apart = { ms: 0, cpuMs: 0 }
  }

  /** @returns {Promise<Cost>} */
  async stop() {
    const ms = performance.now() - this.#started - this.#apart.ms
    const cpuMs = milliseconds(process.cpuUsage(this.#cpu)) - this.#apart.cpuMs
    // If the loop has stood until now, the histogram has yet to hear of it.
    await sleep(2 * RESOLUTION_MS)
    this.#histogram.disable()
    return {
      ms,
      cpuMs,
      loopMaxMs: late(this.#histogram.max),
      loopP99Ms: late(this.#histogram.percentile(99))
    }
  }

  /**
   * Measures live memory, which takes a collection that nobody but us has asked for.
   * @returns {Memory}
   */
  memory() {
    const [start, cpu] = [performance.now(), process.cpuUsage()]
    const wasOn = this.#histogram.disable()
    const memory = live()
    if (wasOn) this.#histogram.enable()
    this.#apart.ms += performance.now() - start
    this.#apart.cpuMs += milliseconds(process.cpuUsage(cpu))
    return memory
  }
}

/** @returns {Memory} */
function live() {
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

/** @param {{ user: number, system: number }} cpu  µs */
function milliseconds({ user, system }) {
  return (user + system) / 1000
}

/** @param {number} ns  as the histogram has them; it counts the interval too */
function late(ns) {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS)
}
