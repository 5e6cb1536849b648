import Hypercore from 'hypercore'
import b4a from 'b4a'
import { ArgumentError, aBoolean, aCount, badArgument, bytes32, optional, readGiven } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { CoreAlias, CoreOptions, ManifestInput, PublicKeyPair } from '@manycore/hypercore-types'

/**
 * How a core is found or made; the names are those of Hypercore 11. `discoveryKey`, `key` or `manifest` says which core
 * is meant. If it is open already, all other options are ignored.
 */
export interface OpenCoreOptions extends CoreOptions {
  /** 32 bytes. Alone it finds a core that is already stored. */
  discoveryKey?: Uint8Array | null
  /** 32 bytes. */
  key?: Uint8Array | null
  /** Who may sign; the key is its hash. */
  manifest?: ManifestInput | null
  /** With a secret key, the core is writable. */
  keyPair?: PublicKeyPair | null
  /** The name to store a new core under. */
  alias?: CoreAlias | null
  /** Awaited before the core touches storage. If it rejects, the core fails to open with that error. */
  preopen?: Promise<unknown> | null
  /** Stored with a new core. */
  userData?: readonly { key: string; value: Uint8Array }[]
}

const flag = optional(aBoolean)
const keyBytes = optional(bytes32)

/** The options of Hypercore that make or open a core. They are passed on to it, and the defaults are its own. */
export const CORE_OPTIONS: OptionTable<CoreOptions> = {
  createIfMissing: { check: flag, default: true },
  overwrite: { check: flag, default: false },
  force: { check: flag, default: false },
  group: { check: keyBytes, otherwise: 'none' },
  allowFork: { check: flag, default: true },
  allowPush: { check: flag, default: false },
  allowLatestBlock: { check: flag, default: false },
  inflightRange: { check: null, otherwise: 'that of Hypercore', unit: 'requests' },
  notDownloadingLinger: { check: optional(aCount), unit: 'ms' },
  legacy: { check: flag, default: false },
  globalCache: { check: null, otherwise: 'none' }
}

const TABLE = {
  ...CORE_OPTIONS,
  discoveryKey: { check: keyBytes, otherwise: 'the one of the key' },
  key: { check: keyBytes, otherwise: 'the one of the manifest, or what is stored' },
  manifest: { check: null, otherwise: 'what is stored' },
  keyPair: { check: null, otherwise: 'what is stored' },
  alias: { check: null, otherwise: 'none' },
  preopen: { check: null, otherwise: 'nothing is awaited' },
  userData: { check: null, otherwise: 'none' }
} satisfies OptionTable<OpenCoreOptions>

/** @throws BAD_ARGUMENT */
export function readOpenCoreOptions(opts: OpenCoreOptions): OpenCoreOptions {
  return readGiven(opts, TABLE)
}

/**
 * The discovery key of the core that the options mean, 32 bytes.
 * @throws BAD_ARGUMENT if there is no key at all, or if two contradict each other
 */
export function identify(opts: OpenCoreOptions): Uint8Array {
  const { discoveryKey, manifest } = opts

  const key = opts.key ?? (manifest && !discoveryKey ? Hypercore.key(manifest) : null)
  if (!key) {
    if (discoveryKey) return discoveryKey
    throw new ArgumentError('key', 'a key, discoveryKey or manifest must say which core is meant')
  }

  const derived = Hypercore.discoveryKey(key)
  if (discoveryKey && !b4a.equals(discoveryKey, derived)) {
    throw badArgument('discoveryKey', 'that of the given key', discoveryKey)
  }
  return derived
}

/**
 * The key under which a table keeps a core.
 * @param discoveryKey  32 bytes, or 64 hex digits
 * @returns 64 lower-case hex digits
 * @throws BAD_ARGUMENT
 */
export function toHex(discoveryKey: Uint8Array | string): string {
  if (typeof discoveryKey === 'string' && /^[0-9a-f]{64}$/i.test(discoveryKey))
    return discoveryKey.toLowerCase()
  if (discoveryKey instanceof Uint8Array && discoveryKey.byteLength === 32)
    return b4a.toString(discoveryKey, 'hex')
  throw badArgument('discoveryKey', '32 bytes or 64 hex digits', discoveryKey)
}

/**
 * The options for Hypercore.createCore().
 * @param preopen  the core waits for it before it touches storage, and fails to open if it rejects
 */
export function createCoreOptions(
  opts: OpenCoreOptions,
  discoveryKey: Uint8Array,
  preopen: Promise<unknown> | null
): object {
  return {
    // As Corestore 7 has them (`_openCore` of corestore 7.12.5): no core of Hypercore 9's format is made.
    eagerUpgrade: true,
    compat: false,
    preopen,
    discoveryKey,
    key: opts.key ?? (opts.manifest ? Hypercore.key(opts.manifest) : null),
    keyPair: opts.keyPair,
    manifest: opts.manifest,
    alias: opts.alias,
    group: opts.group,
    createIfMissing: opts.createIfMissing,
    overwrite: opts.overwrite,
    force: opts.force,
    legacy: opts.legacy,
    inflightRange: opts.inflightRange,
    notDownloadingLinger: opts.notDownloadingLinger,
    allowFork: opts.allowFork !== false,
    allowPush: opts.allowPush === true,
    alwaysLatestBlock: opts.allowLatestBlock === true,
    globalCache: opts.globalCache,
    userData: opts.userData
  }
}
