import type { Peer, Protomux } from '@manycore/hypercore-types'
import { ReplicatorError } from './errors.js'

interface CoreChannel {
  readonly closed: boolean
  readonly userData: Peer
}

/** hypercore 11.37.1 lib/remote-bitfield.js:4 */
const BLOCKS_PER_PAGE = 32_768

const streams = new WeakMap<Protomux, { pages: Map<CoreChannel, Set<number>>; count: number }>()

/**
 * For what a peer says it has, Hypercore keeps pages, also of places that are not in the core: a message of ten bytes
 * takes up to 4096 of them.
 * @param start  block, and how many from there
 * @param most   pages of one stream
 */
export function countPages(start: number, length: number, channel: CoreChannel, most: number): void {
  const { protomux } = channel.userData
  const all = streams.get(protomux) ?? { pages: new Map<CoreChannel, Set<number>>(), count: 0 }
  streams.set(protomux, all)
  const pages = all.pages.get(channel) ?? new Set<number>()
  all.pages.set(channel, pages)
  all.count -= pages.size
  const last = Math.floor((start + length - 1) / BLOCKS_PER_PAGE)
  for (let page = Math.floor(start / BLOCKS_PER_PAGE); page <= last; page++) pages.add(page)
  all.count += pages.size
  if (all.count <= most) return

  all.count = 0
  for (const [{ closed }, { size }] of all.pages) if (!closed) all.count += size
  for (const known of all.pages.keys()) if (known.closed) all.pages.delete(known)
  if (all.count <= most) return
  throw new ReplicatorError('TOO_MANY_PAGES', `a remote says that it has blocks in ${all.count} pages`)
}
