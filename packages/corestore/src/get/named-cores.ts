import type { CoreSource } from '@manycore/replicator'
import type { SessionTable } from '@manycore/sessions'
import type { CoreNames } from './names.js'

/** The open cores of a store as the replicator takes them: with the names that policies ask for. */
export function namedCores(table: SessionTable, names: CoreNames): CoreSource {
  return {
    [Symbol.iterator]: () => table[Symbol.iterator](),
    open: (discoveryKey) => table.open(discoveryKey),
    on: (event, fn) => table.on(event, fn),
    off: (event, fn) => table.off(event, fn),
    watch: (fn) => table.watch(fn),
    hold: (core) => table.hold(core),
    describe: (core) => names.of(core)
  }
}
