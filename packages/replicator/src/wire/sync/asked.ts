import type { InnerCore, Peer } from '@manycore/hypercore-types'

/** Blocks `[start, end)`. */
export interface Interval {
  readonly start: number
  readonly end: number
}

/** Blocks of a page of a bitfield. */
const PAGE = 32_768

/**
 * A page of a bitfield, ours or a peer's.
 * @upstream hypercore RemoteBitfieldPage
 */
interface Page {
  readonly bitfield: Uint32Array
}

/** @upstream hypercore Core */
interface CountedCore {
  /** Which blocks are here; null until it is open. */
  readonly bitfield: {
    get(index: number): boolean
    count(start: number, length: number, val: boolean): number
    getBitfield(index: number): Page | null
  } | null
  readonly header: { readonly hints: { readonly contiguousLength: number } } | null
}

/** @upstream hypercore Replicator */
interface AskingReplicator {
  /** Downloads that are not done. */
  readonly _ranges: readonly AskedRange[]
  /** Blocks that somebody waits for. */
  readonly _blocks: Iterable<{ readonly index: number }>
}

/** What is left of a download: blocks `[start, end)`, or those of the list from place `start` to place `end`. */
interface AskedRange {
  readonly start: number
  /** −1 = whatever there will be */
  readonly end: number
  readonly blocks: readonly number[] | null
}

/** @upstream hypercore Peer */
interface TellingPeer {
  /** Which blocks the remote has, beside those from 0 on. */
  readonly remoteBitfield: { getBitfield(index: number): Page | null }
}

/** How many blocks of `[start, end)` are here. O(1) if all from 0 on are; else 32,768 blocks take some microseconds. */
export function countHere(core: InnerCore, end: number, start = 0): number {
  const { bitfield, header } = core as unknown as CountedCore
  const { contiguousLength } = header!.hints
  if (end <= contiguousLength || start >= end) return Math.max(0, end - start)
  const from = Math.max(start, contiguousLength)
  return from - start + bitfield!.count(from, end - from, true)
}

/** Which blocks below `length` our sessions have asked for, here or not: in order, and none of them twice. */
export function askedOf({ replicator }: InnerCore, length: number): readonly Interval[] {
  const { _ranges, _blocks } = replicator as unknown as AskingReplicator
  const all: Interval[] = []
  for (const { start, end, blocks } of _ranges) {
    if (blocks === null) all.push({ start, end: end === -1 ? length : Math.min(end, length) })
    else for (let i = start; i < end; i++) all.push(single(blocks[i]!))
  }
  for (const { index } of _blocks) all.push(single(index))
  return all.length === 0 ? all : merged(all.filter(({ start, end }) => start < end && end <= length))
}

/** How many blocks of some intervals the remote has, and we do not. */
export function countToCome(core: InnerCore, peer: Peer, intervals: readonly Interval[]): number {
  const whole = peer.remoteContiguousLength
  let count = 0
  for (const { start, end } of intervals) {
    const upTo = Math.min(end, whole)
    if (start < upTo) count += upTo - start - countHere(core, upTo, start)
    for (let from = Math.max(start, whole); from < end; from = nextPage(from)) {
      count += countInPage(core, peer, from, Math.min(end, nextPage(from)))
    }
  }
  return count
}

/** @param end  at most the end of the page that `start` is in */
function countInPage(core: InnerCore, peer: Peer, start: number, end: number): number {
  const theirs = (peer as unknown as TellingPeer).remoteBitfield.getBitfield(start)?.bitfield
  if (theirs === undefined) return 0
  const ours = (core as unknown as CountedCore).bitfield!.getBitfield(start)?.bitfield
  const [first, last] = [start % PAGE, end - (start - (start % PAGE))]
  let count = 0
  for (let word = first >>> 5; word << 5 < last; word++) {
    let bits = theirs[word]! & ~(ours?.[word] ?? 0)
    if (word << 5 < first) bits &= -1 << (first & 31)
    if (last - (word << 5) < 32) bits &= (1 << (last & 31)) - 1
    for (; bits !== 0; bits &= bits - 1) count++
  }
  return count
}

function nextPage(index: number): number {
  return index - (index % PAGE) + PAGE
}

function single(index: number): Interval {
  return { start: index, end: index + 1 }
}

function merged(all: Interval[]): Interval[] {
  const done: { start: number; end: number }[] = []
  for (const { start, end } of all.toSorted((a, b) => a.start - b.start)) {
    const last = done.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else done.push({ start, end })
  }
  return done
}
