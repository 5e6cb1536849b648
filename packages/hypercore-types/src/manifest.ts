/** One key that may sign a core. Source: hypercore 11.37.1 lib/verifier.js `parseSigner`. */
export interface ManifestSigner {
  /** always 'ed25519' in Hypercore 11 */
  signature: 'ed25519'
  /** 32 bytes mixed into what is signed, so that one key pair can sign several cores */
  namespace: Uint8Array
  /** 32 bytes */
  publicKey: Uint8Array
}

/** A fixed beginning: the core must contain these blocks. */
export interface ManifestPrologue {
  /** 32 bytes, the tree hash at `length` */
  hash: Uint8Array
  /** blocks */
  length: number
}

/** A complete manifest: what a core's key is the hash of. */
export interface Manifest {
  /** 0 (compat), 1 or 2 */
  version: number
  hash: 'blake2b'
  allowPatch: boolean
  /** how many of the signers must sign */
  quorum: number
  signers: ManifestSigner[]
  prologue: ManifestPrologue | null
  /** keys of linked cores, 32 bytes each; manifest version 2 */
  linked: Uint8Array[] | null
  userData: Uint8Array | null
}

/** What Hypercore accepts as a manifest: the rest has defaults. */
export interface ManifestInput {
  /** default 1 */
  version?: number
  hash?: 'blake2b'
  allowPatch?: boolean
  /** default: more than half of the signers */
  quorum?: number
  signers?: ReadonlyArray<Partial<ManifestSigner> & { publicKey: Uint8Array }>
  prologue?: ManifestPrologue | null
  linked?: Uint8Array[] | null
  userData?: Uint8Array | null
}
