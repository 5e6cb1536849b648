import type { Clock } from '@manycore/sessions'
import { allOf } from '@manycore/replicator'
import type { ReplicationPolicy } from '@manycore/replicator'
import type { OpenStorageOptions } from '@manycore/storage-adapters'
import type { Corestore } from './corestore.js'
import { checkBytes32, checkOptional } from './check.js'
import { CorestoreError, badArgument } from './errors.js'

/** Options that a session or namespace may have of its own. */
export interface StoreSessionOptions {
  /** 32 bytes; default: that of the store the session is made from */
  namespace?: Uint8Array
  /** false = no core got through this store is writable; a session of it cannot undo that */
  writable?: boolean
  readOnly?: boolean
  /** 1, 2 or 3: of new named cores; default 1, for which 0 stands as well, as in Corestore 7 */
  manifestVersion?: number
  /** false = streams made by this store announce nothing by themselves; default true */
  active?: boolean
  /**
   * which cores go over which stream, to whom; several: all must allow. Sessions and namespaces inherit it, and one
   * of their own narrows it
   */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
}

/** Options of `new Corestore(storage, options)`. */
export interface CorestoreOptions extends StoreSessionOptions, OpenStorageOptions {
  /** 32 bytes, wants `unsafe: true`; default: the stored one, or a new random one */
  primaryKey?: Uint8Array | null
  /** acknowledges that whoever has the primary key can write to every named core */
  unsafe?: boolean
  /** a cache shared by cores and stores, e.g. rache */
  globalCache?: object | null
  /** false = suspend() does nothing; default true, on Android false */
  suspend?: boolean
  /** ms a core without sessions and peers stays open; default 6000 */
  lingerMs?: number
  /** for tests */
  clock?: Clock
}

/** @throws BAD_ARGUMENT naming the option, ERR_ASSERTION for a primary key without `unsafe` */
export function checkStoreOptions(opts: CorestoreOptions, root: Corestore | null): void {
  if (typeof opts !== 'object' || opts === null) throw badArgument('options', 'an object', opts)
  for (const field of FLAGS) checkOptional(field, 'boolean', opts[field])
  if (opts.namespace !== undefined && opts.namespace !== null) checkBytes32('namespace', opts.namespace)
  listPolicies(opts.policy)
  const version = opts.manifestVersion
  if (
    version !== undefined &&
    version !== null &&
    !(Number.isInteger(version) && version >= 0 && version <= 3)
  ) {
    throw badArgument('manifestVersion', '1, 2 or 3', version)
  }
  if (opts.primaryKey === undefined || opts.primaryKey === null) return
  if (root !== null) throw badArgument('primaryKey', 'absent: a session uses its store’s', opts.primaryKey)
  checkBytes32('primaryKey', opts.primaryKey)
  if (opts.unsafe !== true) {
    throw new CorestoreError(
      'ERR_ASSERTION',
      'a primaryKey gives write access to every named core; pass unsafe: true to say that you know'
    )
  }
}

/** @throws BAD_ARGUMENT */
export function listPolicies(policy: StoreSessionOptions['policy']): readonly ReplicationPolicy[] {
  const policies = [policy ?? []].flat() as readonly ReplicationPolicy[]
  allOf(...policies) // checks them
  return policies
}

const FLAGS = ['writable', 'readOnly', 'active', 'unsafe', 'suspend'] as const
