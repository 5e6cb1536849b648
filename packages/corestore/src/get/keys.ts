import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import ID from 'hypercore-id-encoding'
import { BoundedMap, badArgument } from '@manycore/ground'
import { DISCOVERY_KEYS_KEPT, KEY_BYTES, NAME_MAX_BYTES } from '../defaults.js'
import { notReady } from '../errors.js'

/** Checks the name of a core: a non-empty string, or bytes. @throws BAD_ARGUMENT */
export function checkName(name: unknown): string | Uint8Array {
  const expected = `a non-empty string or Uint8Array of at most ${NAME_MAX_BYTES} bytes`
  if (typeof name !== 'string' && !(name instanceof Uint8Array)) throw badArgument('name', expected, name)
  const bytes = typeof name === 'string' ? b4a.byteLength(name) : name.byteLength
  if (bytes === 0 || bytes > NAME_MAX_BYTES) throw badArgument('name', expected, name)
  return name
}

/** Decodes a key that is 32 bytes, hex or z-base-32. @returns 32 bytes @throws BAD_ARGUMENT */
export function checkKey(field: string, value: unknown): Uint8Array {
  if (value === null || value === undefined) throw notReady(field, value)
  try {
    return ID.decode(value as string | Uint8Array)
  } catch {
    throw badArgument(field, `${KEY_BYTES} bytes, or a key in hex or z-base-32`, value)
  }
}

/** Key in hex → discovery key. A hash is the same for all stores. */
const known = new BoundedMap<string, Uint8Array>(DISCOVERY_KEYS_KEPT)

/**
 * The discovery key of a core. Those that were asked for lately are remembered, because hashing is most of what it
 * costs to get an open core by its key.
 * @param key  32 bytes
 * @returns 32 bytes, not to be written to
 */
export function discoveryKeyOf(key: Uint8Array): Uint8Array {
  const id = b4a.toString(key, 'hex')
  const before = known.get(id)
  if (before !== undefined) return before

  const discoveryKey = crypto.discoveryKey(key)
  known.set(id, discoveryKey)
  return discoveryKey
}
