/** Manifest version of new named cores; 1 since Corestore 7. */
export const MANIFEST_VERSION = 1

/** Bytes of a key, discovery key, namespace and primary key: blake2b-256 and Ed25519. */
export const KEY_BYTES = 32

/**
 * Longest name, in bytes of UTF-8. hypercore-storage builds a name's key in a slab that has at least
 * 4096 bytes left (3.3.1 lib/keys.js:336) and escaping can double a name; a longer one would be written
 * beyond it.
 */
export const NAME_MAX_BYTES = 2000

/** Names whose discovery key is kept in memory: at most 1 MB with names of 30 bytes. */
export const NAMES_KEPT = 4096

/** Discovery keys remembered by their core's key, about 300 bytes each: 300 KB. */
export const DISCOVERY_KEYS_KEPT = 1024
