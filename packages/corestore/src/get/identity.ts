import b4a from 'b4a'
import Hypercore from 'hypercore'
import crypto from 'hypercore-crypto'
import ID from 'hypercore-id-encoding'
import { ArgumentError, BoundedMap, badArgument } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { KeyPair, ManifestInput, PublicKeyPair } from '@manycore/hypercore-types'
import { DISCOVERY_KEYS_KEPT, KEY_BYTES, NAME_MAX_BYTES } from '../defaults.js'
import { CorestoreError, notReady } from '../errors.js'

/** Which core a caller means, before any name has been looked up. */
export interface Identity {
  name: string | Uint8Array | null
  /** 32 bytes. Known at once, unless there is only a name or a discovery key. */
  key: Uint8Array | null
  /** 32 bytes. */
  discoveryKey: Uint8Array | null
  keyPair: PublicKeyPair | null
  manifest: ManifestInput | null
}

/** The options of `get()` that say which core is meant. */
export interface IdentityOptions {
  /** Derives the core's keys: a string, or bytes; not empty. */
  name?: string | Uint8Array
  /** The core's key: 32 bytes, hex or z-base-32. */
  key?: string | Uint8Array
  /** 32 bytes, hex or z-base-32. Alone it finds a core that is already stored. */
  discoveryKey?: string | Uint8Array
  /** The key pair that signs the core; with a secret key the core is writable. */
  keyPair?: PublicKeyPair | null
  /** Who may sign, as an object or encoded; the key is its hash. */
  manifest?: ManifestInput | Uint8Array | null
}

/** Checked together, by parseIdentity(). */
export const IDENTITY_OPTIONS: OptionTable<IdentityOptions> = {
  name: { check: null, otherwise: 'none' },
  key: { check: null, otherwise: 'what the others say' },
  discoveryKey: { check: null, otherwise: 'what the others say' },
  keyPair: { check: null, otherwise: 'none' },
  manifest: { check: null, otherwise: 'what the others say' }
}

/** What says which core is meant and is null in a core that is not ready. A name is never read from a core. */
const OF_A_CORE = ['key', 'discoveryKey', 'keyPair', 'manifest'] as const

/**
 * Refuses options in which all that says which core is meant is null or undefined.
 * @param asked  what the caller wrote
 * @param opts   what was read of it
 * @throws BAD_ARGUMENT
 */
export function refuseNotReady(asked: object, opts: IdentityOptions): void {
  if (opts.name || OF_A_CORE.some((field) => opts[field])) return
  const field = OF_A_CORE.find((each) => each in asked)
  if (field !== undefined) throw notReady(field, opts[field] === null ? null : undefined)
}

/**
 * Reads from the options of `get()` which core is meant, and derives what follows from that without storage.
 * @throws BAD_ARGUMENT if nothing says which core, if something is malformed, or if two options contradict each other
 */
export function parseIdentity(opts: IdentityOptions, manifestVersion: number): Identity {
  const name = opts.name === undefined || opts.name === null ? null : checkName(opts.name)
  const keyPair = opts.keyPair ? checkKeyPair(opts.keyPair) : null
  if (name !== null && keyPair !== null) {
    throw badArgument('keyPair', 'absent if there is a name, which derives the key pair', opts.keyPair)
  }

  const given = opts.key ? checkKey('key', opts.key) : null
  const manifest = opts.manifest
    ? checkManifest(opts.manifest)
    : signerManifest(given, keyPair, manifestVersion)
  const hashed = manifest === null ? null : hashManifest(manifest)
  if (given !== null && hashed !== null && !b4a.equals(given, hashed)) {
    throw badArgument('manifest', 'one that hashes to the given key', opts.manifest)
  }

  const key = given ?? hashed
  const derived = given === null ? hashed && crypto.discoveryKey(hashed) : discoveryKeyOf(given)
  const asked = opts.discoveryKey ? checkKey('discoveryKey', opts.discoveryKey) : null
  if (derived !== null && asked !== null && !b4a.equals(derived, asked)) {
    throw badArgument('discoveryKey', 'that of the given key or manifest', opts.discoveryKey)
  }

  const discoveryKey = derived ?? asked
  if (name === null && discoveryKey === null) {
    const which = 'a name, key, discoveryKey, keyPair, manifest or preload'
    throw new ArgumentError('name', `${which} must say which core is meant`)
  }
  return { name, key, discoveryKey, keyPair, manifest }
}

/**
 * Completes the identity of a named core.
 * @param stored  32 bytes, the discovery key stored under the name, or null
 * @param derive  gives the keys that the keychain derives for the name; not called if the core is stored, because its
 *                key pair is stored with it
 * @throws STORAGE_CONFLICT if a key, discovery key or manifest was given too and means another core
 */
export function resolveName(
  identity: Identity,
  stored: Uint8Array | null,
  derive: () => { keyPair: KeyPair; manifest: ManifestInput }
): Identity {
  const { name, key, discoveryKey } = identity
  // What is stored under the name wins: its manifest may be older (Corestore 6) than what we would make.
  if (stored !== null) {
    if (discoveryKey !== null && !b4a.equals(discoveryKey, stored)) throw otherCore(name)
    return { ...identity, discoveryKey: stored }
  }

  const keys = derive()
  const manifest = identity.manifest ?? keys.manifest
  const hashed = hashManifest(manifest)
  if (key !== null && !b4a.equals(key, hashed)) throw otherCore(name)
  const derived = crypto.discoveryKey(hashed)
  if (discoveryKey !== null && !b4a.equals(discoveryKey, derived)) throw otherCore(name)
  return { name, key: hashed, discoveryKey: derived, keyPair: keys.keyPair, manifest }
}

function otherCore(name: Identity['name']): CorestoreError {
  const text = typeof name === 'string' ? JSON.stringify(name) : 'given as bytes'
  return new CorestoreError(
    'STORAGE_CONFLICT',
    `the name ${text} and the key that was given with it mean two different cores`
  )
}

function checkKeyPair(keyPair: unknown): PublicKeyPair {
  const { publicKey, secretKey } = keyPair as PublicKeyPair
  if (!(publicKey instanceof Uint8Array) || publicKey.byteLength !== 32) {
    throw badArgument('keyPair.publicKey', '32 bytes', publicKey)
  }
  if (secretKey && (!(secretKey instanceof Uint8Array) || secretKey.byteLength !== 64)) {
    throw badArgument('keyPair.secretKey', '64 bytes, or absent', secretKey)
  }
  return keyPair as PublicKeyPair
}

function checkManifest(manifest: unknown): ManifestInput {
  try {
    return Hypercore.parseManifest(manifest as ManifestInput)
  } catch (cause) {
    throw Object.assign(badArgument('manifest', 'a manifest', manifest), { cause })
  }
}

/**
 * The manifest of a core that this key pair alone signs. If the key was made in another way (compat, or many signers),
 * the manifest is not ours to invent: null, and Hypercore finds it in storage or asks a peer.
 */
function signerManifest(
  key: Uint8Array | null,
  keyPair: PublicKeyPair | null,
  version: number
): ManifestInput | null {
  if (keyPair === null) return null
  const manifest = { version, signers: [{ publicKey: keyPair.publicKey }] }
  return key === null || b4a.equals(key, hashManifest(manifest)) ? manifest : null
}

/** The key of the core that has this manifest, 32 bytes. */
export function hashManifest(manifest: ManifestInput): Uint8Array {
  return Hypercore.key(manifest)
}

/** Checks the name of a core: a non-empty string, or bytes. @throws BAD_ARGUMENT */
function checkName(name: unknown): string | Uint8Array {
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
