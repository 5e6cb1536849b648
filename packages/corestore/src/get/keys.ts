import b4a from 'b4a'
import ID from 'hypercore-id-encoding'
import { badArgument } from '@manycore/ground'
import { KEY_BYTES, NAME_MAX_BYTES } from '../defaults.js'
import { notReady } from '../errors.js'

/** A core's name: a non-empty string, or bytes. @throws BAD_ARGUMENT */
export function checkName(name: unknown): string | Uint8Array {
  const expected = `a non-empty string or Uint8Array of at most ${NAME_MAX_BYTES} bytes`
  if (typeof name !== 'string' && !(name instanceof Uint8Array)) throw badArgument('name', expected, name)
  const bytes = typeof name === 'string' ? b4a.byteLength(name) : name.byteLength
  if (bytes === 0 || bytes > NAME_MAX_BYTES) throw badArgument('name', expected, name)
  return name
}

/** Exactly 32 bytes. @throws BAD_ARGUMENT */
export function checkBytes32(field: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array && value.byteLength === KEY_BYTES) return value
  throw badArgument(field, `${KEY_BYTES} bytes`, value)
}

/** A key as 32 bytes, hex or z-base-32, decoded to 32 bytes. @throws BAD_ARGUMENT */
export function checkKey(field: string, value: unknown): Uint8Array {
  if (value === null || value === undefined) throw notReady(field, value)
  try {
    return ID.decode(value as string | Uint8Array)
  } catch {
    throw badArgument(field, `${KEY_BYTES} bytes, or a key in hex or z-base-32`, value)
  }
}
