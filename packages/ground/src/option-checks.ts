import { badArgument } from './errors.js'
import { readOptions } from './read-options.js'
import type { Check, OptionTable } from './read-options.js'

/** Checks of single options, for an `OptionTable`. @throws BAD_ARGUMENT */
export const aBoolean: Check<boolean> = (field, value) => {
  if (typeof value === 'boolean') return value
  throw badArgument(field, 'a boolean', value)
}

export const aFunction: Check<never> = (field, value) => {
  if (typeof value === 'function') return value as never
  throw badArgument(field, 'a function', value)
}

export const anObject: Check<never> = (field, value) => {
  if (typeof value === 'object' && value !== null) return value as never
  throw badArgument(field, 'an object', value)
}

/** 0 or more; Infinity is one. */
export const aCount: Check<number> = (field, value) => {
  if (typeof value === 'number' && value >= 0) return value
  throw badArgument(field, 'a number ≥ 0', value)
}

/** More than 0; Infinity is more. */
export const aSize: Check<number> = (field, value) => {
  if (typeof value === 'number' && value > 0) return value
  throw badArgument(field, 'a number > 0', value)
}

/** A whole number in `[least, most]`. */
export function anInteger(least: number, most: number = Number.MAX_SAFE_INTEGER): Check<number> {
  const expected =
    most === Number.MAX_SAFE_INTEGER ? `an integer ≥ ${least}` : `an integer, ${least} to ${most}`
  return (field, value) => {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
      return value as number
    throw badArgument(field, expected, value)
  }
}

/** Any number of them, which are not copied. */
export const bytes: Check<Uint8Array> = (field, value) => {
  if (value instanceof Uint8Array) return value
  throw badArgument(field, 'a Uint8Array', value)
}

/** Exactly 32 of them, which are not copied. */
export const bytes32: Check<Uint8Array> = (field, value) => {
  if (value instanceof Uint8Array && value.byteLength === 32) return value
  throw badArgument(field, '32 bytes', value)
}

/** A `setTimeout()` of one's own, with the time that goes with it. */
export const aClock: Check<never> = (field, value) => {
  const { now, setTimeout, clearTimeout } = anObject(field, value) as { [call: string]: unknown }
  if ([now, setTimeout, clearTimeout].every((call) => typeof call === 'function')) return value as never
  throw badArgument(field, 'a clock: now(), setTimeout() and clearTimeout()', value)
}

interface EncryptionKey {
  key: Uint8Array | null
  block?: boolean
}

const ENCRYPTION_KEY = {
  key: { check: optional(bytes32) },
  block: { check: optional(aBoolean) }
} satisfies OptionTable<EncryptionKey>

/**
 * What Hypercore encrypts with: 32 bytes, `{ key, block }`, or a provider, which is an object with padding(),
 * encrypt() and decrypt(). Hypercore takes any other object for none and stores in clear; a key that is null says so.
 */
export const anEncryption: Check<never> = (field, value) => {
  if (value instanceof Uint8Array) return bytes32(field, value) as never
  const { padding, encrypt, decrypt } = anObject(field, value) as { [call: string]: unknown }
  if ([padding, encrypt, decrypt].every((call) => typeof call === 'function')) return value as never
  const read = readOptions(value as EncryptionKey, ENCRYPTION_KEY, field)
  if (read.key === undefined) throw badArgument(`${field}.key`, '32 bytes', undefined)
  return read as never
}

/** null stays null: it is none, and takes the place of a value in options that these are merged into. */
export function optional<T>(check: Check<T>): Check<T> {
  return (field, value) => (value === null ? (null as never) : check(field, value))
}

/**
 * Is this what Hyperswarm passes beside a connection? Whoever writes `swarm.on('connection', store.replicate.bind(store))`
 * passes it on as options, and means none.
 * @param names  of the options; an instance of a class that has one of them is options
 */
export function isPeerInfo(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return false
  const { publicKey } = value as { publicKey?: unknown }
  return publicKey instanceof Uint8Array && !names.some((name) => name in value)
}
