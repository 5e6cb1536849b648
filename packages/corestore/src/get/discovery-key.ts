import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { DISCOVERY_KEYS_KEPT } from '../defaults.js'
import { dropOldest } from './drop-oldest.js'

/** key in hex → discovery key; the oldest first. A hash is the same for all stores. */
const known = new Map<string, Uint8Array>()

/**
 * The discovery key of a core. Those asked for lately are remembered: to hash one is most of what it takes to get an
 * open core by its key.
 * @param key  32 bytes
 * @returns    32 bytes, not to be written to
 */
export function discoveryKeyOf(key: Uint8Array): Uint8Array {
  const id = b4a.toString(key, 'hex')
  const before = known.get(id)
  if (before !== undefined) return before

  const discoveryKey = crypto.discoveryKey(key)
  known.set(id, discoveryKey)
  dropOldest(known, DISCOVERY_KEYS_KEPT)
  return discoveryKey
}
