import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type { StoredCopy } from '../../src/mirror/stored-copies.js'

/** What storage may know of a core. @param n  which core it is, below 256 */
export function storedCopy(n: number, length: number, held: number = length): StoredCopy {
  const key = b4a.alloc(32, n)
  const discoveryKey = crypto.discoveryKey(key)
  return { discoveryKey, key, fork: 0, length, held, blocks: null, writable: false, names: [] }
}
