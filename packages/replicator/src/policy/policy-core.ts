import { badArgument } from '@manycore/ground'
import type { Hypercore, InnerCore } from '@manycore/hypercore-types'
import type { CoreSource } from '../source/core-source.js'
import type { CoreName, PolicyCore } from './policy.js'

/** A core as policies see it: once for each of its names, the one it was stored under first. */
export async function policyCores(core: InnerCore, source: CoreSource): Promise<readonly PolicyCore[]> {
  const names = source.describe === undefined ? [] : listNames(await source.describe(core))
  const described = {
    key: core.key,
    discoveryKey: core.discoveryKey,
    length: core.state?.length ?? 0,
    writable: !!core.header?.keyPair?.secretKey,
    names
  }
  if (names.length === 0) return [{ ...described, name: null, namespace: null }]
  return names.map(({ name, namespace }) => ({ ...described, name, namespace }))
}

/** A source may give one name, or none, instead of a list. */
function listNames(described: readonly CoreName[] | CoreName | null): readonly CoreName[] {
  if (described === null) return []
  return 'name' in described ? [described] : described
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
