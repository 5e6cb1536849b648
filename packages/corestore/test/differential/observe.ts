import { hex, type World } from './world.js'

/** All that can be seen of a world between two calls, as plain data. */
export function observe(world: World): object {
  const { root } = world
  const inMemory = [...root.cores].map(({ discoveryKey }) => discoveryKey)
  return {
    inMemory: inMemory.map(hex).toSorted(),
    found: inMemory.every((key) => root.cores.map.has(hex(key)) && root.cores.get(key) !== null),
    children: root.corestores.size,
    groupUpdates: [...world.groupUpdates],
    stores: world.stores.map(({ store, watched }) => ({
      ns: hex(store.ns),
      opened: store.opened,
      closed: store.closed,
      // not their lists: stock leaves an empty one behind for a core got by its discovery key
      sessions: [...store.sessions].length,
      watched: [...watched]
    })),
    cores: world.held.map(({ core }) => ({
      key: core.key && hex(core.key),
      discoveryKey: core.discoveryKey && hex(core.discoveryKey),
      length: core.length,
      byteLength: core.byteLength,
      contiguousLength: core.contiguousLength,
      signedLength: core.signedLength,
      fork: core.fork,
      writable: core.writable,
      opened: core.opened,
      closed: core.closed,
      signers: core.manifest?.signers.length ?? null
    }))
  }
}
