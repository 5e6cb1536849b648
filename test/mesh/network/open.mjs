import { openLoopback } from './loopback.mjs'
import { openNamespaces } from './namespaces.mjs'

/**
 * Where the hosts live. A host is one of plan.mjs, or null for the DHT.
 * @typedef {object} Network
 * @property {boolean} isLoopback
 * @property {string} mode     what it is, for a person
 * @property {string} means    how it delays, loses and cuts, for a person
 * @property {import('./slow-wire.mjs').Weather | null} wireWeather  what wires on the streams must do; null = nothing
 * @property {(host: string | null) => string} address
 * @property {(host: string | null) => string[]} command  words that start a process there
 * @property {(host: string, isCut: boolean, member: import('../../processes/member.mjs').Member) => Promise<void>} cut
 * @property {() => Promise<void>} close
 * @property {() => Promise<string[]>} left  namespaces that close() left behind
 */

/**
 * The best network that this machine can make.
 * @param {{ isLoopback?: boolean }} [options]
 * @returns {Promise<Network>}
 */
export async function openNetwork({ isLoopback = false } = {}) {
  if (isLoopback) return openLoopback('asked for')
  if (process.platform !== 'linux') return openLoopback(`this is ${process.platform}`)
  if (process.getuid?.() !== 0) return openLoopback('this is not root')
  try {
    return await openNamespaces()
  } catch (err) {
    return openLoopback(String(err).trim().replace(/\s+/g, ' '))
  }
}
