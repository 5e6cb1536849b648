import type { CorePeer } from '../hypercore-peer.js'

// What is used of what Hypercore keeps of a remote's claims (hypercore 11.39.5 lib/replicator.js and
// lib/remote-bitfield.js) and is nobody's interface: declared and touched here only.

/** Blocks of which one page of a bitfield keeps a bit each (`BITS_PER_PAGE` of lib/remote-bitfield.js). */
export const PAGE = 32_768

/** Of a page, so many bits have one entry in an index that is brought up to date when they change. */
export const GROUP = 128

/** @upstream hypercore Peer */
interface PrivateClaims {
  readonly core: { readonly header: { readonly hints: { readonly contiguousLength: number } } }
  /** The remote has the blocks below it; what it has above is in `remoteBitfield`. */
  _remoteContiguousLength: number
  /** What the remote has, as far as it is not below that. */
  readonly remoteBitfield: Bitfield
  /** What the remote has and we lack, without what is asked for already. */
  readonly missingBlocks: Bitfield

  readonly stats: ClaimStats
  readonly replicator: { readonly stats: ClaimStats }
  /** Has the remote this block? Asked before each of our requests. */
  _remoteHasBlock(index: number): boolean
  /** A request for this block has failed: if the remote has it and we lack it, it is missing again. */
  _resetMissingBlock(index: number): void
  /** What we have of [start, start + length) is not missing. */
  _clearLocalRange(start: number, length: number): void
  /** Asks the remote for what it has and we lack. */
  _update(): void
  /** The core has grown, was truncated, or changed what it wants. */
  signalUpgrade(): void
  /** @returns the remote's last block, if one of our sessions wants it with the upgrade and the remote has it */
  _includeLastBlock(): unknown
}

/** How many messages of a kind came. */
interface ClaimStats {
  readonly wireRange: { rx: number }
  readonly wireBitfield: { rx: number }
  readonly wireData: { rx: number }
}

interface Bitfield {
  get(index: number): boolean
  set(index: number, value: boolean): void
  setRange(start: number, end: number, value: boolean): void
  /** @returns the page that the block lies in, if there is one */
  getBitfield(index: number): Page | null
}

/** @upstream hypercore RemoteBitfieldPage */
interface Page {
  /** A bit for each block: 1024 words, of which the lowest bit is the first block. */
  readonly bitfield: Uint32Array
  /** Where its bits are in `tree`, in bytes. */
  readonly offset: number
  /** The index of its segment, of 64 pages: which groups of bits are all set, or all clear. */
  readonly tree: { update(bit: number): unknown }
}

type ClaimingPeer = CorePeer & PrivateClaims

/** Corrects how many messages of a kind came, where Hypercore does not count them one for one. */
export function countMessages(peer: CorePeer, kind: keyof ClaimStats, by: number): void {
  const { stats, replicator } = peer as ClaimingPeer
  stats[kind].rx += by
  replicator.stats[kind].rx += by
}

/** Up to where the remote says it has all blocks. */
export function contiguousOf(peer: CorePeer): number {
  return (peer as ClaimingPeer)._remoteContiguousLength
}

export function setContiguous(peer: CorePeer, length: number): void {
  ;(peer as ClaimingPeer)._remoteContiguousLength = length
}

/** Has the block a bit, whatever is contiguous? */
export function hasBit(peer: CorePeer, block: number): boolean {
  return (peer as ClaimingPeer).remoteBitfield.get(block)
}

/** How many of the blocks [start, end), which lie in one page, have a bit. */
export function countBits(peer: CorePeer, start: number, end: number): number {
  const page = (peer as ClaimingPeer).remoteBitfield.getBitfield(start)
  if (page === null) return 0
  const first = start % PAGE
  const last = first + (end - start) - 1
  let count = 0
  for (let at = first >>> 5; at <= last >>> 5; at++) {
    let word = page.bitfield[at]!
    if (at === first >>> 5) word &= -1 << (first & 31)
    if (at === last >>> 5) word &= -1 >>> (31 - (last & 31))
    count += bitsOf(word)
  }
  return count
}

function bitsOf(word: number): number {
  word -= (word >>> 1) & 0x55555555
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Are the bits from `start` on, within one page, these? Where there is no page, all are clear. */
export function areBits(peer: CorePeer, start: number, words: Uint32Array): boolean {
  const page = (peer as ClaimingPeer).remoteBitfield.getBitfield(start)
  if (page === null) return words.every((word) => word === 0)
  const first = (start % PAGE) / 32
  return words.every((word, i) => page.bitfield[first + i] === word)
}

/**
 * Writes bits, from `start` on and within one page. `Peer.onbitfield()` does the same, and makes the index of the whole
 * segment anew for each of two pages, which takes eight times as long.
 */
export function writeBits(peer: CorePeer, start: number, words: Uint32Array): void {
  const { remoteBitfield, missingBlocks } = peer as ClaimingPeer
  writeWords(remoteBitfield, start, words)
  writeWords(missingBlocks, start, words)
  ;(peer as ClaimingPeer)._clearLocalRange(start, words.length * 32)
}

function writeWords(bitfield: Bitfield, start: number, words: Uint32Array): void {
  if (bitfield.getBitfield(start) === null) bitfield.set(start, true) // makes the page
  const { bitfield: bits, offset, tree } = bitfield.getBitfield(start)!
  const first = start % PAGE
  bits.set(words, first / 32)
  for (let at = first - (first % GROUP); at < first + words.length * 32; at += GROUP) {
    tree.update(offset * 8 + at)
  }
}

/** What stands between Hypercore and its peer's claims, as soon as some wait. */
export interface WaitingClaims {
  /** Has the remote said that it has this block, which is not proved to exist? */
  has(block: number): boolean
  /** Called when the core may have grown, before Hypercore asks for blocks. */
  advance(): void
  /** Is Hypercore to ask the remote for nothing at the moment? */
  isHolding(): boolean
  /** May Hypercore ask for the remote's last block when it asks for the next upgrade? */
  mayAskForLast(): boolean
}

/** What waits of a peer's claims, kept on it. */
const WAITING_CLAIMS = Symbol('claims that wait')

type WaitingPeer = ClaimingPeer & { [WAITING_CLAIMS]: WaitingClaims }

/** Has Hypercore's peer take account of the claims that wait. */
export function announceWaiting(peer: CorePeer, waiting: WaitingClaims): void {
  ;(peer as WaitingPeer)[WAITING_CLAIMS] = waiting
  Object.setPrototypeOf(peer, inheritFrom(Object.getPrototypeOf(peer) as ClaimingPeer))
}

/** By what they inherit from: `Peer.prototype` of each copy of Hypercore. */
const prototypes = new WeakMap<ClaimingPeer, object>()

/** @returns the prototype of peers whose claims wait. One for all of them takes less than methods on each. */
function inheritFrom(upstream: ClaimingPeer): object {
  const known = prototypes.get(upstream)
  if (known !== undefined) return known
  const methods: Partial<PrivateClaims> & ThisType<WaitingPeer> = {
    _remoteHasBlock(index) {
      return upstream._remoteHasBlock.call(this, index) || this[WAITING_CLAIMS].has(index)
    },
    // It would make a page where the core does not reach; whether that block is missing is found out when it does.
    _resetMissingBlock(index) {
      const isFar = index >= this.core.state!.length && this.missingBlocks.getBitfield(index) === null
      if (!isFar) upstream._resetMissingBlock.call(this, index)
    },
    // For blocks below our contiguous length upstream would clear all that we have, however short the range is.
    _clearLocalRange(start, length) {
      const { contiguousLength } = this.core.header.hints
      const isOurs = length > 1 && start + length < Math.min(this.core.state!.length, contiguousLength)
      if (isOurs) this.missingBlocks.setRange(start, start + length, false)
      else upstream._clearLocalRange.call(this, start, length)
    },
    _update() {
      if (!this[WAITING_CLAIMS].isHolding()) upstream._update.call(this)
    },
    signalUpgrade() {
      this[WAITING_CLAIMS].advance()
      upstream.signalUpgrade.call(this)
    },
    _includeLastBlock() {
      return this[WAITING_CLAIMS].mayAskForLast() ? upstream._includeLastBlock.call(this) : null
    }
  }
  const prototype = Object.assign(Object.create(upstream) as object, methods)
  prototypes.set(upstream, prototype)
  return prototype
}

/** Has Hypercore ask the remote for what it has and we lack. */
export function askForMissing(peer: CorePeer): void {
  ;(peer as ClaimingPeer)._update()
}
