import Hypercore from 'hypercore'
import b4a from 'b4a'
import { aBoolean, aCount, badArgument, bytes32, optional, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { CoreAlias, ManifestInput, PublicKeyPair } from '@manycore/hypercore-types'

/**
 * How a core is found or made; the names are those of Hypercore 11. `discoveryKey`, `key` or `manifest` says which core
 * is meant. If it is open already, all other options are ignored.
 */
export interface OpenCoreOptions {
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
  /** 32 bytes, the topic of the group that the core joins. */
  group?: Uint8Array | null
  /** False = fail with STORAGE_EMPTY if the core is not stored; default true. */
  createIfMissing?: boolean
  /** True = delete what is stored and start anew; default false. */
  overwrite?: boolean
  /** True = overwrite if another key is stored; default false. */
  force?: boolean
  /** True = accept signatures of Hypercore 9; default false. */
  legacy?: boolean
  /** [fewest, most] blocks requested from one peer at a time. */
  inflightRange?: [number, number] | null
  /** How long a core counts as downloading after its last active session has closed, in milliseconds. */
  notDownloadingLinger?: number
  /** False = ignore forks of remotes; default true. */
  allowFork?: boolean
  /** True = take blocks that were not asked for; default false. */
  allowPush?: boolean
  /** True = keep fetching the newest block; default false. */
  allowLatestBlock?: boolean
  /** A cache that many cores share, such as rache. */
  globalCache?: object | null
  /** Awaited before the core touches storage. If it rejects, the core fails to open with that error. */
  preopen?: Promise<unknown> | null
  /** Stored with a new core. */
  userData?: readonly { key: string; value: Uint8Array }[]
}

const flag = optional(aBoolean)
const keyBytes = optional(bytes32)

const TABLE: OptionTable<OpenCoreOptions> = {
  discoveryKey: keyBytes,
  key: keyBytes,
  manifest: null,
  keyPair: null,
  alias: null,
  group: keyBytes,
  createIfMissing: flag,
  overwrite: flag,
  force: flag,
  legacy: flag,
  inflightRange: null,
  notDownloadingLinger: optional(aCount),
  allowFork: flag,
  allowPush: flag,
  allowLatestBlock: flag,
  globalCache: null,
  preopen: null,
  userData: null
}

/** @throws BAD_ARGUMENT */
export function readOpenCoreOptions(opts: OpenCoreOptions): OpenCoreOptions {
  return readOptions(opts, TABLE)
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
    throw badArgument('key', 'given, unless there is a discoveryKey or a manifest', opts.key)
  }

  const derived = Hypercore.discoveryKey(key)
  if (discoveryKey && !b4a.equals(discoveryKey, derived)) {
    throw badArgument('discoveryKey', 'the one of the given key', discoveryKey)
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
