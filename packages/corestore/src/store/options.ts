import {
  ArgumentError,
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
import type { Limits, MirrorOptions } from '@manycore/replicator'
import { LINGER_MS, MAX_OPEN_CORES } from '@manycore/sessions'
import type { Clock } from '@manycore/sessions'
import { allOf } from '@manycore/replicator'
import type { ReplicationPolicy } from '@manycore/replicator'
import type { OpenStorageOptions } from '@manycore/storage-adapters'
import type { Corestore } from '../corestore.js'
import { MANIFEST_VERSION } from '../defaults.js'
import { CorestoreError } from '../errors.js'

/** Options that a session or namespace may have of its own. */
export interface StoreSessionOptions {
  /** 32 bytes: the namespace of the names of the store. Inherited. */
  namespace?: Uint8Array
  /** False: no core that is opened through this store is writable. A session of it cannot undo that. */
  writable?: boolean
  /**
   * True means `writable: false`, and that a root store opens its storage without writing to it or locking it; something
   * must be stored there already.
   */
  readOnly?: boolean
  /**
   * The manifest version of new cores that are opened by name or key pair: 1, 2 or 3. 0 stands for 1, as in Corestore 7.
   * Inherited.
   */
  manifestVersion?: number
  /** False: streams of this store announce no core without being asked. Inherited. */
  active?: boolean
  /**
   * Which cores go over which stream, and to whom. If there are several, all must allow. Inherited; a policy of a
   * session narrows that of its store.
   */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
  /** False: `suspend()` does nothing. Inherited. */
  suspend?: boolean
}

/** Options of `new Corestore(storage, options)`. */
export interface CorestoreOptions
  extends StoreSessionOptions, Pick<OpenStorageOptions, 'id' | 'wait' | 'allowBackup' | 'treeCache'> {
  /** 32 secret bytes, from which the keys of all names are derived; must be accompanied by `unsafe: true`. */
  primaryKey?: Uint8Array | null
  /** True: you know that whoever has the primary key can write to every named core. */
  unsafe?: boolean
  /** A cache that cores and stores share, such as rache. */
  globalCache?: object | null
  /** How long a core without sessions, peers and writes stays open. */
  lingerMs?: number
  /**
   * How many cores may be open before idle ones are closed ahead of their linger, those first that have been idle the
   * longest. Cores in use are never closed for it, and opening one is never refused.
   */
  maxOpenCores?: number
  /** Whether to keep all stored cores level with peers that mirror, too, and how; see `store.mirror()`. */
  mirror?: boolean | MirrorOptions
  /** What remotes may cost the store. */
  limits?: Partial<Limits>
  /** Where the time comes from, for tests. */
  clock?: Clock
}

/** Options of a store or of a session of one; sessions are made by `store.session()` and `store.namespace()`. */
export interface StoreOptions extends CorestoreOptions {
  /** The store, or a session of it, that a session is made of. */
  root?: Corestore | null
}

const flag = optional(aBoolean)

const SESSION = {
  namespace: { check: optional(bytes32), otherwise: 'the root namespace; of a session that of its store' },
  writable: { check: flag, otherwise: 'true; of a session that of its store' },
  readOnly: { check: flag, otherwise: 'false; of a session that of its store' },
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
    otherwise: 'none: who knows the key of a core gets it'
  },
  suspend: { check: flag, otherwise: 'true, on Android false; of a session that of its store' }
} satisfies OptionTable<StoreSessionOptions>

const STORE = {
  ...SESSION,
  primaryKey: { check: optional(bytes32), otherwise: 'the stored one, or a new random one' },
  unsafe: { check: flag, default: false },
  globalCache: { check: optional(anObject), otherwise: 'none' },
  lingerMs: { check: null, default: LINGER_MS, unit: 'ms' }, // the session table checks it
  maxOpenCores: { check: null, default: MAX_OPEN_CORES, unit: 'cores' }, // so does this
  mirror: { check: null, otherwise: 'no' }, // the replicator checks it
  limits: { check: null, otherwise: 'those of `Limits`' }, // which checks them
  clock: { check: optional(aClock), otherwise: "the system's timers" },
  id: { check: null, otherwise: 'none' }, // openStorage() checks these four
  wait: { check: null, default: false },
  allowBackup: { check: null, default: false },
  treeCache: { check: null, otherwise: '8192 nodes' }
} satisfies OptionTable<CorestoreOptions>

const STORE_OR_SESSION = {
  ...STORE,
  root: {
    check: optional((field, value) => {
      if (typeof (value as Corestore).replicate === 'function') return value as Corestore
      throw badArgument(field, 'a Corestore', value)
    }),
    otherwise: 'none: it is a root'
  }
} satisfies OptionTable<StoreOptions>

/**
 * Reads the options of a new store, or of a session of one, each once, by its name.
 * @throws BAD_ARGUMENT naming the option, ERR_ASSERTION for a primary key without `unsafe`
 */
export function readStoreOptions(given: StoreOptions | undefined): StoreOptions {
  const opts: StoreOptions = readGiven(given, STORE_OR_SESSION)
  if (opts.root) checkSessionOptions(opts)
  if (opts.primaryKey && opts.unsafe !== true) {
    throw new CorestoreError(
      'ERR_ASSERTION',
      'whoever has the primaryKey can write to every named core: pass unsafe: true to say that you know this'
    )
  }
  return opts
}

/** Reads the options of a session. @throws BAD_ARGUMENT */
export function readSessionOptions(given: StoreSessionOptions | null | undefined): StoreSessionOptions {
  const opts = checkSessionOptions(readGiven(given as StoreOptions, STORE_OR_SESSION))
  // To Corestore 7 a version that is there and undefined is the first, not the store's: names give other keys by it.
  if (given && 'manifestVersion' in given) opts.manifestVersion ??= MANIFEST_VERSION
  return opts
}

function checkSessionOptions(opts: StoreOptions): StoreOptions {
  for (const [name, value] of Object.entries(opts)) {
    if (value !== null && !(name in SESSION) && name !== 'root')
      throw new ArgumentError(name, `${name} is not an option of a session, which uses that of its store`)
  }
  return opts
}

/** One policy, several or none, as a list. @throws BAD_ARGUMENT */
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
