/** Bytes of a primary key, a namespace and a seed: what BLAKE2b-256 gives and Ed25519 takes. */
export const KEY_BYTES = 32

/** Corestore 7's default; Hypercore signs the manifest's hash from version 1 on. */
export const MANIFEST_VERSION = 1

/** The highest version that Hypercore 11 reads from a peer (lib/messages.js, `manifest.decode()`); it also writes higher ones. */
export const MAX_MANIFEST_VERSION = 3
