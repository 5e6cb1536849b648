import Hypercore from 'hypercore'
import b4a from 'b4a'
import { aBoolean, aCount, badArgument, bytes32, optional, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { CoreAlias, ManifestInput, PublicKeyPair } from '@manycore/hypercore-types'

/**
 * How a core is found or made; names as in Hypercore 11. One of `discoveryKey`, `key` and `manifest` says
 * which core; all but these are ignored when the core is open already.
 */
export interface OpenCoreOptions {
  /** 32 bytes */
  discoveryKey?: Uint8Array | null
  /** 32 bytes */
  key?: Uint8Array | null
  /** who may sign; the key is its hash */
  manifest?: ManifestInput | null
  /** with a secret key the core is writable */
  keyPair?: PublicKeyPair | null
  /** the name to store a new core under */
  alias?: CoreAlias | null
  /** 32 bytes, the topic of the group the core joins */
  group?: Uint8Array | null
  /** false = fail with STORAGE_EMPTY when the core is not stored; default true */
  createIfMissing?: boolean
  /** true = delete what is stored and start anew; default false */
  overwrite?: boolean
  /** true = overwrite when another key is stored; default false */
  force?: boolean
  /** true = accept signatures of Hypercore 9 */
  legacy?: boolean
  /** [least, most] blocks asked of one peer at a time */
  inflightRange?: [number, number] | null
  /** ms that a core still counts as downloading after its last active session */
  notDownloadingLinger?: number
  /** false = ignore forks of remotes; default true */
  allowFork?: boolean
  /** true = take blocks that were not asked for; default false */
  allowPush?: boolean
  /** true = keep fetching the newest block; default false */
  allowLatestBlock?: boolean
  /** a rache cache shared by many cores */
  globalCache?: object | null
  /** awaited before the core touches storage; when it rejects, the core fails to open with that */
  preopen?: Promise<unknown> | null
  /** stored with a new core */
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
 * The discovery key of the core that the options mean.
 * @throws  BAD_ARGUMENT for no key at all, or two that contradict
 */
export function identify(opts: OpenCoreOptions): Uint8Array {
  const { discoveryKey, manifest } = opts

  const key = opts.key ?? (manifest && !discoveryKey ? Hypercore.key(manifest) : null)
  if (!key) {
    if (discoveryKey) return discoveryKey
    throw badArgument('key', 'given, or discoveryKey or manifest instead', opts.key)
  }

  const derived = Hypercore.discoveryKey(key)
  if (discoveryKey && !b4a.equals(discoveryKey, derived)) {
    throw badArgument('discoveryKey', 'that of the key', discoveryKey)
  }
  return derived
}

/**
 * What Hypercore.createCore() takes.
 * @param preopen  the core waits for it before it touches storage, and fails if it rejects
 */
export function createCoreOptions(
  opts: OpenCoreOptions,
  discoveryKey: Uint8Array,
  preopen: Promise<unknown> | null
): object {
  return {
    // As Corestore 7 has them (corestore 7.12.5 index.js:590): no core of Hypercore 9's format is made.
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
