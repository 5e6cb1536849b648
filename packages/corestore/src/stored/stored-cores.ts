import { aBoolean, bytes32, optional, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type {
  AuditResult,
  CoreAuth,
  CorestoreStorage,
  Hypercore,
  KeyPair,
  ReadableStream
} from '@manycore/hypercore-types'
import { checkKey } from '../get/identity.js'
import { readGetOptions } from '../get/options.js'
import type { GetOptions } from '../get/options.js'
import { StoreView, lifecycleOf, sharedOf } from '../store/view.js'
import { copyBlocks, staticManifest } from '../upstream/static-core.js'

/** One row of `store.audit()`. */
export interface CoreAudit {
  /** 32 bytes. */
  discoveryKey: Uint8Array
  /** 32 bytes. */
  key: Uint8Array
  /** What was found; null if the root of the tree was lost, in which case the core was deleted. */
  audit: AuditResult | null
}

/** Options of `store.audit()`. */
export interface AuditOptions {
  /** True: only counts, and drops nothing. */
  dryRun?: boolean
}

const AUDIT = {
  dryRun: { check: optional(aBoolean), default: false }
} satisfies OptionTable<AuditOptions>

/** The calls of a store that look at what is stored: cores, their keys, and what becomes of them. */
export abstract class StoredCores extends StoreView {
  abstract get(opts: GetOptions & { valueEncoding?: 'binary' | null }): Hypercore

  /**
   * The discovery keys of all stored cores, or of the named cores of a namespace, 32 bytes each.
   * @param namespace  32 bytes
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  list(namespace?: Uint8Array): ReadableStream<Uint8Array> {
    lifecycleOf(this).checkOpen()
    if (namespace !== undefined && namespace !== null) bytes32('namespace', namespace)
    return sharedOf(this).rows.from(async () => {
      await this.ready()
      return this.storage.createDiscoveryKeyStream(namespace)
    })
  }

  /**
   * The stored key, manifest and key pair of a core, which is not opened.
   * @param discoveryKey  32 bytes, hex or z-base-32
   * @returns null if the core is not stored
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  async getAuth(discoveryKey: Uint8Array | string): Promise<CoreAuth | null> {
    const id = checkKey('discoveryKey', discoveryKey)
    await lifecycleOf(this).whenOpen()
    return this.storage.getAuth(id)
  }

  /**
   * The Ed25519 key pair of a name, always the same: 32 and 64 bytes.
   * @param ns  32 bytes
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  async createKeyPair(name: string | Uint8Array, ns: Uint8Array = this.ns): Promise<KeyPair> {
    await lifecycleOf(this).whenOpen()
    return lifecycleOf(this).keychain.createKeyPair(name, ns)
  }

  /**
   * Verifies every stored core against its signatures, one at a time, and drops what is corrupt; with `dryRun` it only
   * counts.
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  async *audit(opts?: AuditOptions): AsyncGenerator<CoreAudit> {
    const { dryRun } = readOptions(opts, AUDIT)
    await lifecycleOf(this).whenOpen()
    yield* auditCores(this.storage, (discoveryKey) => this.get({ discoveryKey, active: false }), dryRun)
  }

  /**
   * A session of a new, unsigned core whose key commits to the blocks that `core` has now. They are copied.
   * @param options  as those of `get()`
   * @throws STORAGE_EMPTY if there are no blocks; BAD_ARGUMENT, SESSION_CLOSED
   */
  async staticify(core: Hypercore<unknown>, options?: GetOptions): Promise<Hypercore> {
    const opts = readGetOptions(options)
    await lifecycleOf(this).whenOpen()
    const session = this.get({ ...opts, valueEncoding: null, manifest: await staticManifest(core) })
    try {
      await copyBlocks(core, session)
    } catch (err) {
      await session.close()
      throw err
    }
    return session
  }
}

/**
 * Checks every stored core, one at a time, and drops what does not verify.
 * @param dryRun  true = only count
 */
async function* auditCores(
  storage: CorestoreStorage,
  open: (discoveryKey: Uint8Array) => Hypercore,
  dryRun: boolean
): AsyncGenerator<CoreAudit> {
  for await (const { discoveryKey, core: stored } of storage.createCoreStream()) {
    // Version 0 is a Corestore 6 core that nobody has opened since: migrating it is its owner's choice.
    if (stored.version < 1) continue
    const session = open(discoveryKey)
    try {
      await session.ready()
      yield { discoveryKey, key: session.key!, audit: await session.core!.audit({ dryRun }) }
    } finally {
      await session.close()
    }
  }
}
