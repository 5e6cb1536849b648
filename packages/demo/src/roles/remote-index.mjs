import { fetchBlocks } from './remote.mjs'
import { INDEX, readIndex } from '../layout.mjs'
import { Corestore } from '../store.mjs'
import { catchUp, openSwarm } from './swarm.mjs'

/**
 * What the relay and the reader both begin with: a store, a swarm, and the index of somebody else, complete.
 * @param params  { dir, key, bootstrap }
 * @param tally   Tally; counts the index core
 * @param defer   as of runRole
 * @returns       { store, entries, connectMs }
 */
export async function openRemoteIndex({ dir, key, bootstrap }, tally, defer) {
  const store = new Corestore(dir)
  defer(() => store.close())
  const swarm = openSwarm(store, bootstrap, defer)

  const index = store.get({ key, valueEncoding: INDEX.valueEncoding })
  await index.ready()
  const connectMs = await catchUp(index, swarm)
  await fetchBlocks(index, { start: 0, blocks: index.length, size: 0 }, tally)
  tally.finished(key, { isFile: false })

  return { store, entries: await readIndex(index), connectMs }
}
