import type { CorestoreStorage } from '@manycore/hypercore-types'
import type { CoreSource } from '@manycore/replicator'
import type { SessionTable } from '@manycore/sessions'

/** The open cores of a store as the replicator takes them: with the names that policies ask for. */
export function namedCores(table: SessionTable, storage: CorestoreStorage): CoreSource {
  return {
    [Symbol.iterator]: () => table[Symbol.iterator](),
    open: (discoveryKey) => table.open(discoveryKey),
    on: (event, fn) => table.on(event, fn),
    off: (event, fn) => table.off(event, fn),
    watch: (fn) => table.watch(fn),
    hold: (core) => table.hold(core),
    async describe({ discoveryKey }) {
      const info = await storage.getInfo(discoveryKey, { auth: false, head: false, hints: false })
      return info?.core.alias ?? null
    }
  }
}
