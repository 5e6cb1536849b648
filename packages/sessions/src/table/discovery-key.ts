import b4a from 'b4a'
import { badArgument } from '@manycore/ground'

/**
 * The key under which a table keeps a core.
 * @param discoveryKey  32 bytes, or 64 hex digits
 * @returns             lower-case hex
 * @throws              BAD_ARGUMENT
 */
export function toHex(discoveryKey: Uint8Array | string): string {
  if (typeof discoveryKey === 'string' && /^[0-9a-f]{64}$/i.test(discoveryKey))
    return discoveryKey.toLowerCase()
  if (discoveryKey instanceof Uint8Array && discoveryKey.byteLength === 32)
    return b4a.toString(discoveryKey, 'hex')
  throw badArgument('discoveryKey', '32 bytes or 64 hex digits', discoveryKey)
}
