import { anEncryption, badArgument, optional, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { InnerCore, ManifestInput, SessionOptions } from '@manycore/hypercore-types'

/** What a session of a scope may be opened with: Hypercore's own options; it checks all but `encryption`. `T` is what a block decodes to. */
export interface ScopeSessionOptions<T = unknown> extends SessionOptions<T> {
  /** 32 bytes; puts a core that is in no group into this one */
  group?: Uint8Array | null
  /** of a core whose manifest is not known yet */
  manifest?: ManifestInput | null
  /** 32 bytes; `encryption` is its newer name */
  encryptionKey?: Uint8Array | null
  /** true = `encryptionKey` is that of the blocks, from which no other is derived */
  isBlockKey?: boolean
  /** true = peers are given what they lack, unasked, and nothing is taken */
  pushOnly?: boolean
  /** written to the core's user data when the session opens */
  userData?: { readonly [key: string]: Uint8Array } | null
  /** true = what a named session of an earlier time left is discarded */
  overwrite?: boolean
}

/** What a session opens on, once known; the other fields are options that only now are known. */
export interface SessionSource extends ScopeSessionOptions {
  core: InnerCore
}

const TABLE: OptionTable<ScopeSessionOptions> = {
  valueEncoding: null,
  encodeBatch: null,
  writable: null,
  weak: null,
  active: null,
  exclusive: null,
  snapshot: null,
  wait: null,
  timeout: null,
  onwait: null,
  onseq: null,
  name: null,
  checkout: null,
  atom: null,
  keyPair: null,
  encryption: optional(anEncryption),
  group: null,
  manifest: null,
  encryptionKey: null,
  isBlockKey: null,
  pushOnly: null,
  userData: null,
  overwrite: null
}

const SOURCE: OptionTable<SessionSource> = { ...TABLE, core: null }

/** @throws BAD_ARGUMENT for a near miss of an option; others are Hypercore's */
export function readScopeSessionOptions<T>(opts: ScopeSessionOptions<T> | undefined): ScopeSessionOptions<T> {
  return readOptions(opts as ScopeSessionOptions, TABLE, 'options', 'keep') as ScopeSessionOptions<T>
}

/** @throws BAD_ARGUMENT */
export function readSessionSource(source: SessionSource): SessionSource {
  const read = readOptions(source, SOURCE, 'source', 'keep')
  if (read.core === undefined) throw badArgument('source.core', 'an inner core', read.core)
  return read as SessionSource
}
