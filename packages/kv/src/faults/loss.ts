import { anInteger, type OptionTable, readOptions } from '@manycore/ground'
import b4a from 'b4a'
import { SECTOR_BYTES } from '../defaults.js'
import { unlessMissing } from '../disk/failures.js'
import { call } from '../disk/file.js'
import type { RandomAccess } from '../disk/random-access.js'
import { randomNumbers } from './plan.js'

/** What a loss of power leaves of what was not synced. By default it leaves nothing. */
export interface PowerLoss {
  /**
   * Draws what is kept: of each sector, any version since the last sync, and in the same way the size of each file, its
   * creation and its removal, each independently of all others. After the same operations, the same seed keeps the same.
   * Default: nothing is kept.
   */
  readonly seed?: number
  /**
   * Bytes of a sector, aligned in the file; a write reaches the disk in whole sectors. More than 0.
   */
  readonly sectorBytes?: number
}

/** A change of a file that was not synced, and how the file was before it. */
export interface Change {
  readonly name: string
  /** size before; null = the file did not exist */
  readonly size: number | null
  /** `[offset, end)` was written, or cut off */
  readonly offset: number
  readonly end: number
  readonly isCut: boolean
  /** the bytes before, from `offset` to `end` or to where the file ended */
  readonly bytes: Uint8Array
  /** a sync that should have stored it failed, and no later one will */
  readonly isForgotten?: boolean
}

/**
 * What a sync leaves unstored: what earlier syncs forgot, except bytes that were written again or cut off.
 * @param changes  those of one file, oldest first
 * @param size     the size of the file now
 */
export function stillForgotten(changes: readonly Change[], size: number): Change[] {
  const left: Change[] = []
  const again: Change[] = []
  let limit = size
  for (const change of changes.toReversed()) {
    if (change.isCut) limit = Math.min(limit, change.offset)
    else if (!change.isForgotten) again.push(change)
    else
      for (const [offset, end] of without(change.offset, Math.min(change.end, limit), again)) {
        const bytes = change.bytes.subarray(offset - change.offset, end - change.offset)
        left.unshift({ ...change, size, offset, end, bytes })
      }
  }
  return left
}

/** `[start, end)` without the spans of changes. */
function without(start: number, end: number, changes: readonly Change[]): [start: number, end: number][] {
  let left: [number, number][] = start < end ? [[start, end]] : []
  for (const change of changes)
    left = left.flatMap(([from, to]) =>
      [
        [from, Math.min(to, change.offset)] as [number, number],
        [Math.max(from, change.end), to] as [number, number]
      ].filter(([a, b]) => a < b)
    )
  return left
}

/** How it is drawn, for each sector and each size, what is kept. */
export interface Draw {
  readonly isKept: () => boolean
  readonly sectorBytes: number
}

const TABLE = {
  seed: { check: anInteger(Number.MIN_SAFE_INTEGER), unit: 'seed' },
  sectorBytes: { check: anInteger(1), default: SECTOR_BYTES, unit: 'bytes' }
} satisfies OptionTable<PowerLoss>

/** @throws BAD_ARGUMENT */
export function drawOf(loss: PowerLoss | undefined): Draw {
  const { seed, sectorBytes } = readOptions(loss, TABLE)
  if (seed === undefined) return { isKept: () => false, sectorBytes }
  const random = randomNumbers(seed)
  return { isKept: () => random(2) === 0, sectorBytes }
}

/**
 * Undoes the changes of one file, newest first: for each sector, and for the size, down to the first change that is kept.
 * @param changes  newest first
 * @param size     the size of the file now; null = it does not exist
 */
export async function takeBack(
  changes: readonly Change[],
  size: number | null,
  open: () => RandomAccess,
  { isKept, sectorBytes }: Draw
): Promise<void> {
  let file = open()
  let sizeAfter = size
  let sizeLeft = size
  let isSizeKept = false
  const kept = new Set<number>()
  let limit = Infinity // what was beyond it has been cut off
  for (const change of changes) {
    if (!isSizeKept && change.size !== sizeAfter) isSizeKept = isKept()
    if (change.isCut && isSizeKept) limit = Math.min(limit, change.offset)
    for (const [from, to] of sectorsOf(change.offset, Math.min(change.end, limit), sectorBytes)) {
      const sector = Math.floor(from / sectorBytes)
      if (!kept.has(sector) && !change.isCut && isKept()) kept.add(sector)
      if (!kept.has(sector)) await call((done) => file.write(from, before(change, from, to), done))
    }
    if (!isSizeKept) sizeLeft = change.size
    sizeAfter = change.size
    if (isSizeKept || (change.size ?? 0) > 0) continue // for a file that does not exist, a storage in memory says 0
    kept.clear() // before this change, another file had the name
    await call((done) => file.unlink(done)).catch(unlessMissing) // which closes it
    file = open()
  }
  if (sizeLeft === null) return call((done) => file.unlink(done)).catch(unlessMissing)
  await call((done) => file.truncate(sizeLeft, done))
  await call((done) => file.close(done))
}

function* sectorsOf(offset: number, end: number, bytes: number): Generator<[from: number, to: number]> {
  for (let from = offset; from < end;) {
    const to = Math.min(end, (Math.floor(from / bytes) + 1) * bytes)
    yield [from, to]
    from = to
  }
}

/** Zeros beyond the end that the file had: that is what is there if its new size is kept. */
function before({ offset, bytes }: Change, from: number, to: number): Uint8Array {
  const found = b4a.alloc(to - from)
  found.set(bytes.subarray(from - offset, to - offset))
  return found
}
