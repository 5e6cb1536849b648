import { Corestore, type Hypercore } from '@manycore/corestore'
import { type Entry, INDEX, readIndex } from '../layout.js'
import type { Params } from '../process/messages.js'
import type { Tools } from '../process/role.js'
import { catchUp, openSwarm } from './swarm.js'
import type { Tally } from './tally.js'

/** A folder that somebody else has stored. */
export interface Remote {
  store: Corestore
  /** of the index, oldest first */
  entries: Entry[]
  /** until the first peer that had the index core was found */
  connectMs: number
}

/**
 * What the relay and the reader both begin with: a store, a swarm, and the index of somebody else, complete.
 * @param tally  counts the index core
 */
export async function openRemote(
  { dir, key, bootstrap }: Params & { key: string },
  tally: Tally,
  defer: Tools['defer']
): Promise<Remote> {
  const store = new Corestore(dir)
  defer(() => store.close())
  const swarm = openSwarm(store, bootstrap, defer)

  const index = store.get<Entry>({ key, valueEncoding: INDEX.valueEncoding })
  await index.ready()
  const connectMs = await catchUp(index, swarm)
  await fetchBlocks(index, { start: 0, blocks: index.length, size: 0 }, tally)
  tally.finished(key, { isFile: false })

  return { store, entries: await readIndex(index), connectMs }
}

/**
 * Downloads the blocks of a core that are not here yet, and counts both kinds.
 * @param core   of another writer; opened with active: false, so that nobody is asked about a core that is whole
 * @param range  the blocks [start, start + blocks), `size` bytes in all
 */
export async function fetchBlocks(
  core: Hypercore<unknown>,
  { start, blocks, size }: Pick<Entry, 'start' | 'blocks' | 'size'>,
  tally: Tally
): Promise<void> {
  const end = start + blocks
  let got = 0
  let gotBytes = 0

  await core.ready()
  if (!(await core.has(start, end))) {
    core.on('download', ondownload)
    core.setActive(true)
    await core.download({ start, end }).done()
    core.off('download', ondownload)
  }

  tally.found(blocks - got)
  tally.passed(size - gotBytes)

  function ondownload(index: number, bytes: number): void {
    if (index < start || index >= end) return
    got++
    gotBytes += bytes
    tally.moved(1, bytes)
    tally.passed(bytes)
  }
}
