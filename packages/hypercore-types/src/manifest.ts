/** One key that may sign a core. Source: hypercore 11.37.1 lib/verifier.js `parseSigner`. */
export interface ManifestSigner {
  /** Always 'ed25519' in Hypercore 11. */
  signature: 'ed25519'
  /** 32 bytes mixed into what is signed, so that one key pair can sign several cores. */
  namespace: Uint8Array
  /** 32 bytes. */
  publicKey: Uint8Array
}

/** A fixed beginning: the core must contain these blocks. */
export interface ManifestPrologue {
  /** The tree hash at `length`, 32 bytes. */
  hash: Uint8Array
  /** How many blocks are fixed. */
  length: number
}

/**
 * The versions of manifests that Hypercore 11 reads. 0 is that of the first cores with a manifest; from 1 on the hash of
 * the manifest is part of what is signed; from 2 on there are linked cores and user data. Source: hypercore 11.39.5
 * lib/messages.js `manifest.decode`.
 */
export type ManifestVersion = 0 | 1 | 2 | 3

/**
 * A complete manifest: what a core's key is the hash of. A core without one, as Corestore 6 makes by default (`compat`),
 * has its public key as its key, and Hypercore gives it a manifest of version 1.
 */
export interface Manifest {
  /** Which members the manifest may have, and how it is hashed and signed. */
  version: ManifestVersion
  /** The hash function of the Merkle tree: always 'blake2b' in Hypercore 11. */
  hash: 'blake2b'
  /** Whether signers may have signed different lengths, which tree nodes in the signature make up for. */
  allowPatch: boolean
  /** How many of the signers must sign. */
  quorum: number
  /** The keys that may sign; none in a core whose prologue is all there is. */
  signers: ManifestSigner[]
  /** A fixed beginning, or null. */
  prologue: ManifestPrologue | null
  /** Keys of linked cores, 32 bytes each. From manifest version 2 on. */
  linked: Uint8Array[] | null
  /** Bytes of the application's own, which the key commits to. From manifest version 2 on. */
  userData: Uint8Array | null
}

/** What Hypercore accepts as a manifest: the rest has defaults. */
export interface ManifestInput {
  /**
   * A `ManifestVersion`. Hypercore also writes higher ones, which no peer can read. Default: 2 with `linked` or
   * `userData`, otherwise 1.
   */
  version?: number
  /** Always 'blake2b', which is the default. */
  hash?: 'blake2b'
  /** As in `Manifest`. Default: false. */
  allowPatch?: boolean
  /** How many of the signers must sign. Default: more than half. */
  quorum?: number
  /** Each with its `publicKey`; signature and namespace have defaults. Default: none. */
  signers?: ReadonlyArray<Partial<ManifestSigner> & { publicKey: Uint8Array }>
  /** A fixed beginning. Default: null. */
  prologue?: ManifestPrologue | null
  /** Keys of linked cores, 32 bytes each; refused with version 0 or 1. Default: null. */
  linked?: Uint8Array[] | null
  /** Bytes that the key commits to; refused with version 0 or 1. Default: null. */
  userData?: Uint8Array | null
}
