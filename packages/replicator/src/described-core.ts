import type { Hypercore, InnerCore } from '@manycore/hypercore-types'
import type { CoreSource } from './core-source.js'
import { badArgument } from './errors.js'
import type { PolicyCore } from './policy.js'

/** A core as policies see it. */
export async function policyCore(core: InnerCore, source: CoreSource): Promise<PolicyCore> {
  const stored = source.describe === undefined ? null : await source.describe(core)
  return {
    key: core.key,
    discoveryKey: core.discoveryKey,
    length: core.state?.length ?? 0,
    writable: !!core.header?.keyPair?.secretKey,
    name: stored?.name ?? null,
    namespace: stored?.namespace ?? null
  }
}

/** @throws BAD_ARGUMENT */
export function innerCore(core: InnerCore | Hypercore<unknown>): InnerCore {
  const inner = typeof core === 'object' && core !== null && 'core' in core ? core.core : core
  if (inner?.discoveryKey && inner.replicator) return inner
  throw badArgument(
    'core',
    'a Hypercore or inner core that knows its discovery key (await its ready())',
    core
  )
}
