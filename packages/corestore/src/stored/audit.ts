import { aBoolean, optional, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { AuditResult, CorestoreStorage, Hypercore } from '@manycore/hypercore-types'

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

const TABLE = {
  dryRun: { check: optional(aBoolean), default: false }
} satisfies OptionTable<AuditOptions>

/** @throws BAD_ARGUMENT */
export function readAuditOptions(opts: AuditOptions | undefined): Required<AuditOptions> {
  return readOptions(opts, TABLE)
}

/**
 * Checks every stored core, one at a time, and drops what does not verify.
 * @param dryRun  true = only count
 */
export async function* auditCores(
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
