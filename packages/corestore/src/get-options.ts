import type { CoreOptions, EncryptionOption, SessionOptions } from '@manycore/hypercore-types'
import { checkBytes32, checkOptional } from './check.js'
import { badArgument } from './errors.js'
import { parseIdentity } from './identity.js'
import type { Identity, IdentityOptions } from './identity.js'

/**
 * Everything `store.get()` takes; an option not named here is passed on to Hypercore. `T` is what a block decodes to:
 * options in a variable of type `GetOptions<string>` give a `Hypercore<string>`.
 */
export interface GetOptions<T = unknown>
  extends IdentityOptions, CoreOptions, Omit<SessionOptions<T>, keyof IdentityOptions | 'checkout'> {
  /** default: false in a read-only store, otherwise whether there is a secret key */
  writable?: boolean
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

/**
 * Turns what the caller wrote into one shape.
 * @param readOnly  of the store: no session of it is writable
 * @throws BAD_ARGUMENT naming the option
 */
export function parseGet(
  opts: GetOptions,
  defaults: { manifestVersion: number; readOnly: boolean }
): ParsedGet {
  const core: { [option: string]: unknown } = {}
  const session: { [option: string]: unknown } = {}
  for (const option of Object.keys(opts)) {
    const value = opts[option as keyof GetOptions]
    CHECKS[option]?.(option, value)
    if (OF_CORE.has(option)) core[option] = value
    else if (!OF_IDENTITY.has(option)) session[option] = value
  }
  session.group = opts.group // Hypercore lets a session put a core that has none into a group
  if (defaults.readOnly) session.writable = false
  return { identity: opts.preload ? null : parseIdentity(opts, defaults.manifestVersion), core, session }
}

const OF_IDENTITY = new Set(['name', 'key', 'discoveryKey', 'manifest', 'keyPair', 'preload'])

const OF_CORE = new Set([
  'createIfMissing',
  'overwrite',
  'force',
  'group',
  'allowFork',
  'allowPush',
  'allowLatestBlock',
  'inflightRange',
  'notDownloadingLinger',
  'legacy',
  'globalCache'
])

type Check = (option: string, value: unknown) => void

const flag: Check = (option, value) => checkOptional(option, 'boolean', value)
const number: Check = (option, value) => checkOptional(option, 'number', value)
const bytes32: Check = (option, value) => {
  if (value) checkBytes32(option, value)
}

/** By option; looked up on a null prototype. */
const CHECKS: { readonly [option: string]: Check | undefined } = {
  __proto__: null as never,
  writable: flag,
  active: flag,
  exclusive: flag,
  weak: flag,
  createIfMissing: flag,
  overwrite: flag,
  force: flag,
  allowFork: flag,
  allowPush: flag,
  allowLatestBlock: flag,
  pushOnly: flag,
  isBlockKey: flag,
  timeout: number,
  notDownloadingLinger: number,
  group: bytes32,
  encryptionKey: bytes32,
  encryption: (option, value) => {
    if (value instanceof Uint8Array) checkBytes32(option, value)
  },
  preload: (option, value) => {
    if (value && typeof value !== 'function' && typeof (value as PromiseLike<unknown>).then !== 'function')
      throw badArgument(option, 'a promise of options, or a function that gives one', value)
  }
}
