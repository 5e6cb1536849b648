import {
  aBoolean,
  aClock,
  aFunction,
  anObject,
  badArgument,
  bytes32,
  careful,
  optional,
  readGiven
} from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { Limits } from '@manycore/replicator'
import { LINGER_MS } from '@manycore/sessions'
import type { Clock } from '@manycore/sessions'
import { allOf } from '@manycore/replicator'
import type { ReplicationPolicy } from '@manycore/replicator'
import type { OpenStorageOptions } from '@manycore/storage-adapters'
import type { Corestore } from '../corestore.js'
import { MANIFEST_VERSION } from '../defaults.js'
import { CorestoreError } from '../errors.js'

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
  /** false = suspend() does nothing; default: as the store it is a session of; of a store true, on Android false */
  suspend?: boolean
}

/** Options of `new Corestore(storage, options)`. */
export interface CorestoreOptions
  extends StoreSessionOptions, Pick<OpenStorageOptions, 'id' | 'wait' | 'allowBackup' | 'treeCache'> {
  /** 32 bytes, wants `unsafe: true`; default: the stored one, or a new random one */
  primaryKey?: Uint8Array | null
  /** acknowledges that whoever has the primary key can write to every named core */
  unsafe?: boolean
  /** a cache shared by cores and stores, e.g. rache */
  globalCache?: object | null
  /** ms a core without sessions and peers stays open; default 6000 */
  lingerMs?: number
  /** what remotes may cost the store; defaults of @manycore/replicator for those left out */
  limits?: Partial<Limits>
  /** for tests */
  clock?: Clock
}

/** Also how sessions are made: a store with a root is one. */
export interface StoreOptions extends CorestoreOptions {
  root?: Corestore | null
}

const flag = optional(aBoolean)

const SESSION = {
  namespace: { check: optional(bytes32), otherwise: 'that of the store the session is made from' },
  writable: { check: flag, otherwise: 'as the store' },
  readOnly: { check: flag, otherwise: 'as the store' },
  manifestVersion: {
    check: optional((field, value) => {
      if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 3) return value as number
      throw badArgument(field, '1, 2 or 3', value)
    }),
    otherwise: '1; of a session that of its store',
    unit: 'version'
  },
  active: { check: flag, default: true },
  policy: {
    check: (_field, value) => listPolicies(value as StoreSessionOptions['policy']),
    otherwise: 'none, or that of the store'
  },
  suspend: { check: flag, otherwise: 'as the store; of a store true, on Android false' }
} satisfies OptionTable<StoreSessionOptions>

const STORE = {
  ...SESSION,
  primaryKey: { check: optional(bytes32), otherwise: 'the stored one, or a new random one' },
  unsafe: { check: flag, default: false },
  globalCache: { check: optional(anObject), otherwise: 'none' },
  lingerMs: { check: null, default: LINGER_MS, unit: 'ms' }, // the session table checks it
  limits: { check: null, otherwise: 'those of the replicator' }, // which checks them
  clock: { check: optional(aClock), otherwise: 'that of the system' },
  id: { check: null, otherwise: 'none' }, // openStorage() checks these four
  wait: { check: null, default: false },
  allowBackup: { check: null, default: false },
  treeCache: { check: null, otherwise: 'one of 8192 nodes' },
  root: {
    check: optional((field, value) => {
      if (typeof (value as Corestore).replicate === 'function') return value as Corestore
      throw badArgument(field, 'a Corestore', value)
    }),
    otherwise: 'none: it is a root'
  }
} satisfies OptionTable<StoreOptions>

/**
 * The options of a new store, or of a session of one: each was read once, by its name.
 * @throws BAD_ARGUMENT naming the option, ERR_ASSERTION for a primary key without `unsafe`
 */
export function readStoreOptions(given: StoreOptions | undefined): StoreOptions {
  const opts: StoreOptions = readGiven(given, STORE)
  if (opts.root) checkSessionOptions(opts)
  if (opts.primaryKey && opts.unsafe !== true) {
    throw new CorestoreError(
      'ERR_ASSERTION',
      'a primaryKey gives write access to every named core; pass unsafe: true to say that you know'
    )
  }
  return opts
}

/** The options of a session. @throws BAD_ARGUMENT */
export function readSessionOptions(given: StoreSessionOptions | null | undefined): StoreSessionOptions {
  const opts = checkSessionOptions(readGiven(given as StoreOptions, STORE))
  // To Corestore 7 a version that is there and undefined is the first, not the store's: names give other keys by it.
  if (given && 'manifestVersion' in given) opts.manifestVersion ??= MANIFEST_VERSION
  return opts
}

function checkSessionOptions(opts: StoreOptions): StoreOptions {
  for (const [name, value] of Object.entries(opts)) {
    if (value !== null && !(name in SESSION) && name !== 'root')
      throw badArgument(name, 'absent: a session uses its store’s', value)
  }
  return opts
}

/** @throws BAD_ARGUMENT */
export function listPolicies(policy: StoreSessionOptions['policy']): readonly ReplicationPolicy[] {
  const policies = [policy ?? []].flat() as readonly ReplicationPolicy[]
  allOf(...policies) // checks them
  return policies
}

/** Options of `store.suspend()`. */
export interface SuspendOptions {
  /** Called with what is being done. What it returns is not waited for. */
  log?: (message: string) => unknown
}

const SUSPEND = {
  log: {
    // What it throws would leave the store half suspended, and a store that is suspended for good cannot be closed.
    check: (field, value) => (value === null ? undefined : careful<[string]>(aFunction(field, value))),
    otherwise: 'none'
  }
} satisfies OptionTable<SuspendOptions>

/** @throws BAD_ARGUMENT */
export function readSuspendOptions(opts: SuspendOptions | undefined): SuspendOptions {
  return readGiven(opts, SUSPEND)
}
