import {
  aBoolean,
  aCount,
  aFunction,
  anEncryption,
  anObject,
  badArgument,
  bytes32,
  optional,
  readGiven
} from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { HypercoreOptions, InnerCore, ManifestInput, SessionOptions } from '@manycore/hypercore-types'

/**
 * Options of a session of a scope: those of a session of Hypercore, and some that Hypercore takes when it opens a core.
 * `T` is what a block decodes to.
 */
export interface ScopeSessionOptions<T = unknown>
  extends SessionOptions<T>, Pick<HypercoreOptions<T>, 'encryptionKey' | 'isBlockKey' | 'pushOnly'> {
  /** 32 bytes. Puts a core that is in no group into this one. */
  group?: Uint8Array | null
  /** Of a core whose manifest is not known yet. */
  manifest?: ManifestInput | null
  /** Written to the core's user data when the session opens. */
  userData?: { readonly [key: string]: Uint8Array } | null
  /** True: what is stored of an earlier session with this `name` is discarded. */
  overwrite?: boolean
}

/** What a session opens on, once that is known; the other fields are options that are known only then. */
export interface SessionSource extends ScopeSessionOptions {
  /** A core of the table that the scope belongs to. */
  core: InnerCore
}

const flag = optional(aBoolean)
const keyBytes = optional(bytes32)
const callback = optional(aFunction)

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

const SOURCE = { ...SESSION_OPTIONS, core: { check: null } } satisfies OptionTable<SessionSource>

/** @throws BAD_ARGUMENT for a near miss of an option; any other name is left to Hypercore */
export function readScopeSessionOptions<T>(opts: ScopeSessionOptions<T> | undefined): ScopeSessionOptions<T> {
  return readGiven(opts as ScopeSessionOptions, SESSION_OPTIONS, 'options', 'keep') as ScopeSessionOptions<T>
}

/** @throws BAD_ARGUMENT */
export function readSessionSource(source: SessionSource): SessionSource {
  const read = readGiven(source, SOURCE, 'source', 'keep')
  if (read.core === undefined) throw badArgument('source.core', 'an inner core', read.core)
  return read as SessionSource
}
