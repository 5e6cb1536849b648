export { Keychain } from './keychain.js'
export type { CoreKeyMaterial, CoreKeyOptions, KeychainOptions } from './keychain.js'
export { deriveKeyPair, deriveNamespace, deriveSeed } from './derive.js'
export { KEYCHAIN_ERRORS, KeychainError, isManycoreError } from './errors.js'
export type { KeychainErrorCode } from './errors.js'
export type { ArgumentError, ManycoreError, ManycoreErrorGuard } from '@manycore/ground'

// What the types above are made of.
export type { KeyPair, ManifestInput, ManifestPrologue, ManifestSigner } from '@manycore/hypercore-types'
