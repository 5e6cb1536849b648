import type { Peer, Protomux } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'
import { madeOnce } from './made-once.js'

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
  const first = Math.floor(start / BLOCKS_PER_PAGE)
  const last = Math.floor((start + length - 1) / BLOCKS_PER_PAGE)
  if (last - first >= most) throw tooMany(last - first + 1)

  const { protomux } = channel.userData
  const all = madeOnce(streams, protomux, () => ({ pages: new Map(), count: 0 }))
  const pages = madeOnce(all.pages, channel, () => new Set())
  all.count -= pages.size
  for (let page = first; page <= last; page++) pages.add(page)
  all.count += pages.size
  if (all.count <= most) return

  all.count = 0
  for (const [{ closed }, { size }] of all.pages) if (!closed) all.count += size
  for (const known of all.pages.keys()) if (known.closed) all.pages.delete(known)
  if (all.count <= most) return
  throw tooMany(all.count)
}

function tooMany(pages: number): ReplicatorError {
  return new ReplicatorError('TOO_MANY_PAGES', `a remote says that it has blocks in ${pages} pages`)
}
