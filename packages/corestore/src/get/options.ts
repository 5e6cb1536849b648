import b4a from 'b4a'
import {
  aBoolean,
  aCount,
  aFunction,
  anEncryption,
  anObject,
  badArgument,
  bytes32,
  optional,
  readOptions
} from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { CoreOptions, EncryptionOption, Hypercore, SessionOptions } from '@manycore/hypercore-types'
import { parseIdentity } from './identity.js'
import type { Identity, IdentityOptions } from './identity.js'

/**
 * Everything `store.get()` takes; an option not named here is passed on to Hypercore. `T` is what a block decodes to:
 * options in a variable of type `GetOptions<string>` give a `Hypercore<string>`.
 */
export interface GetOptions<T = unknown>
  extends IdentityOptions, CoreOptions, Omit<SessionOptions<T>, keyof IdentityOptions | 'checkout'> {
  /** Default: false in a read-only store, otherwise whether there is a secret key. */
  writable?: boolean
  /** True does what `writable: false` does, whatever `writable` says. Corestore 7 ignores it here. */
  readOnly?: boolean
  encryptionKey?: Uint8Array | null
  isBlockKey?: boolean
  encryption?: EncryptionOption | null
  pushOnly?: boolean
  /** written to the core's user data when the session opens */
  userData?: { readonly [key: string]: Uint8Array }
  /** more options, which may name the core; they win over these */
  preload?: Promise<GetOptions<T>> | (() => GetOptions<T> | Promise<GetOptions<T>>)
}

/** `get()`'s options, sorted by who needs them. */
export interface ParsedGet {
  /** null when only the preload can tell */
  identity: Identity | null
  core: CoreOptions
  /** for the Hypercore session; holds every option that is not ours */
  session: SessionOptions & { [option: string]: unknown }
}

/** What every core that is opened through a store takes from it. */
interface StoreSettings {
  /** 32 bytes; the namespace of its names */
  readonly ns: Uint8Array
  readonly manifestVersion: number
  /** True = no session of it is writable. */
  readonly readOnly: boolean
}

/**
 * Sorts options that were read.
 * @throws BAD_ARGUMENT naming the option
 */
export function parseGet(opts: GetOptions, store: StoreSettings): ParsedGet {
  refuseSettings(opts, store)
  const core: { [option: string]: unknown } = {}
  const session: { [option: string]: unknown } = {}
  for (const [option, value] of Object.entries(opts)) {
    if (Object.hasOwn(CORE, option)) core[option] = value
    else if (!NOT_OF_SESSION.has(option)) session[option] = value
  }
  session.group = opts.group // Hypercore lets a session put a core that has none into a group
  if (store.readOnly || opts.readOnly) session.writable = false
  return { identity: opts.preload ? null : parseIdentity(opts, store.manifestVersion), core, session }
}

/**
 * A namespace and a manifest version are the store's: with others the same name would mean another core. Corestore 7
 * ignores them here, so that a caller who counts on them gets the wrong core.
 * @throws BAD_ARGUMENT unless they are those of the store
 */
function refuseSettings(opts: object, store: StoreSettings): void {
  const { namespace, manifestVersion } = opts as { namespace?: unknown; manifestVersion?: unknown }
  const isOwn = namespace instanceof Uint8Array && b4a.equals(namespace, store.ns)
  if (namespace !== undefined && namespace !== null && !isOwn) {
    throw badArgument('namespace', 'absent: call get() of store.namespace(name) instead', namespace)
  }
  if (manifestVersion && manifestVersion !== store.manifestVersion) {
    const expected = 'absent: it is an option of the store, and of session() and namespace()'
    throw badArgument('manifestVersion', expected, manifestVersion)
  }
}

/** Options of `get()` that are not Hypercore's, besides those of the core. */
const NOT_OF_SESSION = new Set([
  'name',
  'key',
  'discoveryKey',
  'manifest',
  'keyPair',
  'preload',
  'readOnly',
  'namespace',
  'manifestVersion'
])

const flag = optional(aBoolean)
const keyBytes = optional(bytes32)

/** Of the shared core. */
const CORE: OptionTable<CoreOptions> = {
  createIfMissing: flag,
  overwrite: flag,
  force: flag,
  group: keyBytes,
  allowFork: flag,
  allowPush: flag,
  allowLatestBlock: flag,
  inflightRange: null,
  notDownloadingLinger: optional(aCount),
  legacy: flag,
  globalCache: null
}

/** Of Hyperbee, which people give the options of its core as well: no near miss of `readOnly`, and ignored as in 7. */
interface Foreign {
  readonly?: unknown
}

const TABLE: OptionTable<GetOptions & Foreign> = {
  ...CORE,
  name: null, // identity.ts checks these
  key: null,
  discoveryKey: null,
  keyPair: null,
  manifest: null,
  preload: optional((field, value) => {
    if (typeof value === 'function' || typeof (value as PromiseLike<unknown>).then === 'function')
      return value as never
    throw badArgument(field, 'a promise of options, or a function that gives one', value)
  }),
  valueEncoding: null,
  encodeBatch: optional(aFunction),
  writable: flag,
  readOnly: flag,
  readonly: null,
  weak: flag,
  active: flag,
  exclusive: flag,
  snapshot: flag,
  wait: flag,
  timeout: optional(aCount),
  onwait: optional(aFunction),
  onseq: optional(aFunction),
  atom: null,
  encryption: optional(anEncryption),
  encryptionKey: keyBytes,
  isBlockKey: flag,
  pushOnly: flag,
  userData: optional(anObject)
}

/** What Corestore 7 reads of a session that is passed as the options of another one. */
const OF_HYPERCORE = [
  'key',
  'discoveryKey',
  'keyPair',
  'manifest',
  'encryption',
  'valueEncoding',
  'writable',
  'wait',
  'timeout',
  'onwait'
] as const

/** @returns its options, when it is a Hypercore, whose other members are none: `snapshot` is a method */
function optionsOf(asked: GetOptions | undefined): GetOptions | undefined {
  const core = asked as Partial<Hypercore> | null | undefined
  if (typeof core?.append !== 'function' || typeof core.session !== 'function') return asked
  return Object.fromEntries(OF_HYPERCORE.map((option) => [option, core[option as 'key']])) as GetOptions
}

/**
 * Reads what the caller of `get()` wrote, each option once. What is not named here stays as it is, for Hypercore.
 * @throws BAD_ARGUMENT for a wrong value, or a near miss of a name
 */
export function readGetOptions(opts: GetOptions | undefined): GetOptions {
  return readOptions(optionsOf(opts), TABLE, 'options', 'keep')
}
