import { anEncryption, badArgument, optional, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { InnerCore, ManifestInput, SessionOptions } from '@manycore/hypercore-types'

/**
 * Options of a session of a scope: Hypercore's own, which checks all of them but `encryption`. `T` is what a block
 * decodes to.
 */
export interface ScopeSessionOptions<T = unknown> extends SessionOptions<T> {
  /** 32 bytes. Puts a core that is in no group into this one. */
  group?: Uint8Array | null
  /** Of a core whose manifest is not known yet. */
  manifest?: ManifestInput | null
  /** 32 bytes; `encryption` is its newer name. */
  encryptionKey?: Uint8Array | null
  /** True = `encryptionKey` is the key of the blocks itself, from which no other key is derived. */
  isBlockKey?: boolean
  /** True = peers are given what they lack without asking, and nothing is taken from them. */
  pushOnly?: boolean
  /** Written to the core's user data when the session opens. */
  userData?: { readonly [key: string]: Uint8Array } | null
  /** True = what is stored of an earlier session with this `name` is discarded. */
  overwrite?: boolean
}

/** What a session opens on, once that is known; the other fields are options that are known only then. */
export interface SessionSource extends ScopeSessionOptions {
  /** A core of the table that the scope belongs to. */
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

/** @throws BAD_ARGUMENT for a near miss of an option; any other name is left to Hypercore */
export function readScopeSessionOptions<T>(opts: ScopeSessionOptions<T> | undefined): ScopeSessionOptions<T> {
  return readOptions(opts as ScopeSessionOptions, TABLE, 'options', 'keep') as ScopeSessionOptions<T>
}

/** @throws BAD_ARGUMENT */
export function readSessionSource(source: SessionSource): SessionSource {
  const read = readOptions(source, SOURCE, 'source', 'keep')
  if (read.core === undefined) throw badArgument('source.core', 'an inner core', read.core)
  return read as SessionSource
}
