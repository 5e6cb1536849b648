import b4a from 'b4a'
import { ArgumentError, aBoolean, badArgument, optional, readGiven } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { CoreOptions, Hypercore, SessionOptions } from '@manycore/hypercore-types'
import { CORE_OPTIONS, SESSION_OPTIONS } from '@manycore/sessions'
import type { ScopeSessionOptions } from '@manycore/sessions'
import { IDENTITY_OPTIONS, parseIdentity } from './identity.js'
import type { Identity, IdentityOptions } from './identity.js'

/**
 * Everything `store.get()` takes; an option not named here is passed on to Hypercore. `T` is what a block decodes to:
 * options in a variable of type `GetOptions<string>` give a `Hypercore<string>`.
 */
export interface GetOptions<T = unknown>
  extends
    IdentityOptions,
    CoreOptions,
    Omit<ScopeSessionOptions<T>, keyof IdentityOptions | keyof CoreOptions | 'checkout'> {
  /** False: a session that cannot write. */
  writable?: boolean
  /** True does what `writable: false` does, whatever `writable` says. Corestore 7 ignores it here. */
  readOnly?: boolean
  /** More options, which may name the core; they win over these. */
  preload?: Promise<GetOptions<T>> | (() => GetOptions<T> | Promise<GetOptions<T>>)
}

/** `get()`'s options, sorted by who needs them. */
export interface ParsedGet {
  /** null if only the preload can tell. */
  identity: Identity | null
  core: CoreOptions
  /** For the Hypercore session, with every option that is not ours. */
  session: SessionOptions & { [option: string]: unknown }
}

/** What every core that is opened through a store takes from it. */
interface StoreSettings {
  /** The namespace of its names, 32 bytes. */
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
    if (Object.hasOwn(CORE_OPTIONS, option)) core[option] = value
    else if (!Object.hasOwn(IDENTITY_OPTIONS, option) && !OURS.has(option)) session[option] = value
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
    throw new ArgumentError(
      'namespace',
      'namespace is not an option of get(): call store.namespace(name).get() instead'
    )
  }
  if (manifestVersion && manifestVersion !== store.manifestVersion) {
    throw new ArgumentError(
      'manifestVersion',
      'manifestVersion is not an option of get(): it is one of the store, of session() and of namespace()'
    )
  }
}

/** Of Hyperbee, which people give the options of its core as well: no near miss of `readOnly`, and ignored as in 7. */
interface Foreign {
  readonly?: unknown
}

const TABLE = {
  ...SESSION_OPTIONS,
  ...CORE_OPTIONS,
  ...IDENTITY_OPTIONS,
  writable: {
    check: optional(aBoolean),
    otherwise: 'whether there is a secret key; in a read-only store false'
  },
  readOnly: { check: optional(aBoolean), default: false },
  readonly: { check: null },
  preload: {
    check: optional((field, value) => {
      if (typeof value === 'function' || typeof (value as PromiseLike<unknown>).then === 'function')
        return value as never
      throw badArgument(field, 'a promise of options, or a function that gives one', value)
    }),
    otherwise: 'none'
  }
} satisfies OptionTable<GetOptions & Foreign>

/** Read by `get()` alone, besides what says which core is meant. */
const OURS = new Set(['preload', 'readOnly', 'namespace', 'manifestVersion'])

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

/** What was passed, or the options of a Hypercore that was; its other members are no options: `snapshot` is a method. */
function optionsOf(asked: GetOptions | undefined): GetOptions | undefined {
  const core = asked as Partial<Hypercore> | null | undefined
  if (typeof core?.append !== 'function' || typeof core.session !== 'function') return asked
  return Object.fromEntries(OF_HYPERCORE.map((option) => [option, core[option as 'key']])) as GetOptions
}

/**
 * Reads what the caller of `get()` wrote, each option once. Options that are not named here stay as they are, for
 * Hypercore.
 * @throws BAD_ARGUMENT for a wrong value, or a near miss of a name
 */
export function readGetOptions(opts: GetOptions | undefined): GetOptions {
  return readGiven(optionsOf(opts), TABLE, 'options', 'keep')
}
