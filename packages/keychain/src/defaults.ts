/** Bytes of a primary key, a namespace and a seed: what BLAKE2b-256 gives and Ed25519 takes. */
export const KEY_BYTES = 32

/** Corestore 7's default; Hypercore signs the manifest's hash from version 1 on. */
export const MANIFEST_VERSION = 1

/** The highest that Hypercore 11 reads back; it would write a higher one and never open it again (lib/messages.js:218). */
export const MAX_MANIFEST_VERSION = 3
