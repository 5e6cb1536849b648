import { MAX_BLOCKS, RANGE_BLOCKS } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import type { Host, Interceptor } from './interceptor.js'
import type { CoreChannel } from '../hypercore-peer.js'
import type { Encoding } from '../protomux.js'

// Each of these ends the stream of a remote that goes beyond what any Hypercore does, with a ReplicatorError, before it
// costs memory without bound or, by an error that upstream takes for a bug of the program (safety-catch), the process.

/** A message that cannot be decoded. */
export function refuseBadFrames(): Interceptor {
  /** Upstream's encodings are the same for all channels: so are ours. */
  const known = new WeakMap<Encoding, Encoding>()

  function safe(encoding: Encoding): Encoding {
    const before = known.get(encoding)
    if (before !== undefined) return before
    const decode = (state: object): unknown => {
      try {
        return encoding.decode(state)
      } catch (cause) {
        throw new ReplicatorError('BAD_FRAME', 'a message of a core cannot be decoded', { cause })
      }
    }
    const fresh = Object.assign(Object.create(encoding) as Encoding, { decode })
    known.set(encoding, fresh)
    return fresh
  }

  return {
    name: 'frames',
    make: (make) => (opts) => {
      opts.handshake = safe(opts.handshake)
      for (const message of opts.messages) message.encoding = safe(message.encoding)
      return make(opts)
    }
  }
}

/** Blocks of which a peer's bitfield keeps a bit in one page (`BITS_PER_PAGE` of hypercore's lib/remote-bitfield.js). */
const BLOCKS_PER_PAGE = 32_768

/**
 * Too many pages of bitfields. For what a peer says it has, Hypercore keeps pages, also of places that are not in the
 * core: a message of ten bytes takes up to 4096 of them.
 */
export function boundPages(host: Host): Interceptor {
  const pages = new Map<CoreChannel, Set<number>>()
  let count = 0

  /** The blocks [start, start + length) take pages. */
  function take(start: number, length: number, channel: CoreChannel): void {
    const most = host.limits.pagesPerStream
    const first = Math.floor(start / BLOCKS_PER_PAGE)
    const last = Math.floor((start + length - 1) / BLOCKS_PER_PAGE)
    if (last - first >= most) throw tooMany(last - first + 1)

    const ours = pages.get(channel) ?? new Set()
    pages.set(channel, ours)
    count -= ours.size
    for (let page = first; page <= last; page++) ours.add(page)
    count += ours.size
    if (count <= most) return
    forgetClosed()
    if (count > most) throw tooMany(count)
  }

  function forgetClosed(): void {
    for (const [channel, { size }] of pages) {
      if (!channel.closed) continue
      pages.delete(channel)
      count -= size
    }
  }

  return {
    name: 'pages',
    wrap: ({ bitfield, range }) => ({
      bitfield(message, channel) {
        const blocks = message.bitfield.byteLength * 8
        checkEnd(message.start + blocks)
        take(message.start, blocks, channel)
        return bitfield(message, channel)
      },
      // A range from 0 is kept as a number (`Peer.onrange()`), others as pages of memory. What a drop leaves of the
      // number behind itself becomes pages as well, since Hypercore 11.39.
      range(message, channel) {
        const { drop, start, length } = message
        checkEnd(start + length)
        const left = drop ? channel.userData.remoteContiguousLength - (start + length) : 0
        if (left > 0) take(start + length, left, channel)
        if (start > 0 && length > RANGE_BLOCKS) {
          throw new ReplicatorError('BAD_FRAME', `a range of ${length} blocks; the most is ${RANGE_BLOCKS}`)
        }
        if (start > 0 && !drop) take(start, length, channel)
        return range(message, channel)
      }
    })
  }
}

function tooMany(pages: number): ReplicatorError {
  return new ReplicatorError('TOO_MANY_PAGES', `a remote says that it has blocks in ${pages} pages`)
}

/** Hypercore goes over all segments up to the last that a remote named (`RemoteBitfield.findFirst()`). */
function checkEnd(end: number): void {
  if (end > MAX_BLOCKS)
    throw new ReplicatorError('BAD_FRAME', `block ${end - 1}; a core has at most ${MAX_BLOCKS}`)
}
