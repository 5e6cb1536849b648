import { openLoopback } from './loopback.mjs'
import { openNamespaces } from './namespaces.mjs'

/**
 * The best network that this machine can make.
 * @returns  { isLoopback, mode, means, wireWeather, address(host), command(host), cut(host, isCut, member), close(), left() };
 *           host null is the DHT
 */
export async function openNetwork({ isLoopback = false } = {}) {
  if (isLoopback) return openLoopback('asked for')
  if (process.platform !== 'linux') return openLoopback(`this is ${process.platform}`)
  if (process.getuid() !== 0) return openLoopback('this is not root')
  try {
    return await openNamespaces()
  } catch (err) {
    return openLoopback(err.message.trim().replace(/\s+/g, ' '))
  }
}
