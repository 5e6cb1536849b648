import b4a from 'b4a'
import { badArgument } from '@manycore/ground'
import { KEY_BYTES, MAX_MANIFEST_VERSION } from './defaults.js'

/** Throws BAD_ARGUMENT unless `value` is exactly 32 bytes. */
export function checkKeyBytes(field: string, value: unknown): asserts value is Uint8Array {
  if (b4a.isBuffer(value) && value.byteLength === KEY_BYTES) return
  throw badArgument(field, `a Uint8Array of ${KEY_BYTES} bytes`, value)
}

/** Throws BAD_ARGUMENT unless `value` is a version of manifests that peers can read. */
export function checkManifestVersion(field: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_MANIFEST_VERSION) return
  throw badArgument(field, `an integer from 0 to ${MAX_MANIFEST_VERSION}`, value)
}

/**
 * Returns the bytes of a name: the UTF-8 of a string, or the caller's own array, which is not copied. A lone surrogate is
 * refused, because it has no UTF-8: encoders turn it into U+FFFD, so that two different names would share one key.
 */
export function nameBytes(name: unknown): Uint8Array {
  if (b4a.isBuffer(name)) return name
  if (typeof name !== 'string') throw badArgument('name', 'a string or Uint8Array', name)
  if (/\p{Cs}/u.test(name)) throw badArgument('name', 'a string without lone surrogates', name)
  return b4a.from(name)
}
