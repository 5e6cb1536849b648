import b4a from 'b4a'
import { CorestoreRX, CorestoreTX } from 'hypercore-storage/lib/tx.js'
import type { CoreAlias, CorestoreStorage } from '@manycore/hypercore-types'

/** With the private members of hypercore-storage 3.3.1 and 3.3.2: index.js, `_enter` and `_exit`. */
interface Upstream extends CorestoreStorage {
  readonly db: object
  /** begins a change, alone; what is read through the view has the changes before it */
  _enter(): Promise<object>
  /** writes what has changed */
  _exit(): Promise<void>
}

/**
 * Names a stored core that has no name, as it would have been when it was made (hypercore-storage, `_create`): the name is
 * stored with the core, and the core is found by it.
 * @param discoveryKey  32 bytes
 * @returns whether the core has this name now; false = it is not stored, or has another
 */
export async function nameCore(
  storage: CorestoreStorage,
  discoveryKey: Uint8Array,
  alias: CoreAlias
): Promise<boolean> {
  const upstream = storage as Upstream
  const view = await upstream._enter()
  try {
    const read = new CorestoreRX(upstream.db, view)
    const reading = read.getCore(discoveryKey)
    read.tryFlush()
    const core = await reading
    if (core === null) return false
    if (core.alias) return core.alias.name === alias.name && b4a.equals(core.alias.namespace, alias.namespace)
    const change = new CorestoreTX(view)
    change.putCore(discoveryKey, { ...core, alias })
    change.putCoreByAlias(alias, discoveryKey)
    change.apply()
    return true
  } finally {
    await upstream._exit()
  }
}
