/** The length of a primary key, a namespace and a seed in bytes: what BLAKE2b-256 returns and Ed25519 takes. */
export const KEY_BYTES = 32

/** Corestore 7's default. From version 1 on, Hypercore signs the manifest's hash. */
export const MANIFEST_VERSION = 1

/** The highest version that Hypercore 11 reads from a peer (lib/messages.js, `manifest.decode()`); it also writes higher ones. */
export const MAX_MANIFEST_VERSION = 3
