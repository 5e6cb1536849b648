/** The manifest version of new named cores; 1 since Corestore 7. */
export const MANIFEST_VERSION = 1

/** The bytes of a key, discovery key, namespace or primary key: blake2b-256 and Ed25519. */
export const KEY_BYTES = 32

/**
 * The longest name, in bytes of UTF-8. hypercore-storage 3.3 builds the key of a name in a slab that has at least 4096
 * bytes left (`alloc` of lib/keys.js), and escaping can double a name; a longer one would be written beyond
 * its end.
 */
export const NAME_MAX_BYTES = 2000

/** How many names have their discovery key kept in memory: at most 1 MB with names of 30 bytes. */
export const NAMES_KEPT = 4096

/**
 * How many cores have their name kept in memory for views, or that they have none, some 300 bytes each: the entries of a view of
 * sixteen streams.
 */
export const NAMES_OF_VIEWS: number = 16 * 1024

/** How many discovery keys are remembered by their core's key, at about 300 bytes each: 300 KB. */
export const DISCOVERY_KEYS_KEPT = 1024

/** Stored cores that are read together: RocksDB takes 13 ms for them, and they take 200 KB until they are looked at. */
export const CORES_PER_READ = 256
