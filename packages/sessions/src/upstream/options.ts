import {
  aBoolean,
  aCount,
  aFunction,
  anEncryption,
  anObject,
  bytes32,
  optional,
  type OptionTable
} from '@manycore/ground'
import type { CoreOptions } from '@manycore/hypercore-types'
import type { ScopeSessionOptions } from '../scope/options.js'

const flag = optional(aBoolean)
const keyBytes = optional(bytes32)
const callback = optional(aFunction)

/** The options of Hypercore that make or open a core. They are passed on to it, and the defaults are its own. */
export const CORE_OPTIONS: OptionTable<CoreOptions> = {
  createIfMissing: { check: flag, default: true },
  overwrite: { check: flag, default: false },
  force: { check: flag, default: false },
  group: { check: keyBytes, otherwise: 'none' },
  allowFork: { check: flag, default: true },
  allowPush: { check: flag, default: false },
  allowLatestBlock: { check: flag, default: false },
  inflightRange: { check: null, otherwise: 'that of Hypercore', unit: 'requests' },
  notDownloadingLinger: { check: optional(aCount), unit: 'ms' },
  legacy: { check: flag, default: false },
  globalCache: { check: null, otherwise: 'none' }
}

/** The options of Hypercore that a session may have. They are passed on to it, and the defaults are its own. */
export const SESSION_OPTIONS: OptionTable<ScopeSessionOptions> = {
  valueEncoding: { check: null, default: 'binary' },
  encodeBatch: { check: callback, otherwise: 'none' },
  writable: { check: flag, default: true },
  weak: { check: flag, default: false },
  active: { check: flag, default: true },
  exclusive: { check: flag, default: false },
  snapshot: { check: flag, default: false },
  wait: { check: flag, default: true },
  timeout: { check: optional(aCount), default: 0, unit: 'ms' },
  onwait: { check: callback, otherwise: 'none' },
  onseq: { check: callback, otherwise: 'none' },
  name: { check: null, otherwise: 'none' },
  checkout: { check: null, otherwise: 'the length of the core', unit: 'blocks' },
  atom: { check: null, otherwise: 'none' },
  keyPair: { check: null },
  encryption: { check: optional(anEncryption), otherwise: 'none' },
  group: { check: keyBytes, otherwise: 'none' },
  manifest: { check: null, otherwise: 'the one of the core' },
  encryptionKey: { check: keyBytes, otherwise: 'none' },
  isBlockKey: { check: flag, default: false },
  pushOnly: { check: flag, default: false },
  userData: { check: optional(anObject), otherwise: 'none' },
  overwrite: { check: flag, default: false }
}
