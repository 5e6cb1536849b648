// Each measurement in a process of its own.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** @typedef {Record<string, number>} Figures */

/**
 * Runs a script of this folder again, which prints its figures.
 * @param {string} script
 * @param {readonly (string | number)[]} args
 * @returns {Promise<Figures>}
 */
export async function measured(script, args) {
  const { stdout } = await run(process.execPath, [script, ...args.map(String)])
  return JSON.parse(stdout)
}

/** Begins to count. @returns {() => Figures}  milliseconds, those of all threads of the processor, MB at most so far */
export function count() {
  const before = performance.now()
  const cpu = process.cpuUsage()
  return () => {
    const ms = performance.now() - before
    const { user, system } = process.cpuUsage(cpu)
    return { ms, cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 }
  }
}
