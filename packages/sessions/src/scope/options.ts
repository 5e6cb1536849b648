import { badArgument, readGiven } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { HypercoreOptions, InnerCore, ManifestInput, SessionOptions } from '@manycore/hypercore-types'
import { SESSION_OPTIONS } from '../upstream/options.js'

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
