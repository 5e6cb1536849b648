import { forEach } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import { CORES_AT_ONCE, PATIENCE_MS } from '../defaults.js'

/**
 * Does something about each of many cores of one stream, so many at a time: the next ones come once these are done, or
 * after a while. A policy that does not answer about some cores does not keep the others from being asked about.
 * @param call  must not reject
 * @returns a promise that resolves once all are done
 */
export async function inPieces<T>(
  items: readonly T[],
  clock: Clock,
  call: (item: T) => Promise<unknown> | undefined
): Promise<void> {
  const slow: Promise<void>[] = []
  for (let start = 0; start < items.length; start += CORES_AT_ONCE) {
    const piece = items.slice(start, start + CORES_AT_ONCE)
    let isDone = false
    const done = forEach(piece, Infinity, call).then(() => void (isDone = true))
    if (items.length <= CORES_AT_ONCE) return done
    const patience = beginPatience(clock)
    await Promise.race([done, patience.over])
    patience.end()
    if (!isDone) slow.push(done)
  }
  await Promise.all(slow)
}

/** @returns a promise that resolves after PATIENCE_MS, and a function that takes the timer back */
export function beginPatience(clock: Clock): { over: Promise<void>; end: () => void } {
  let end = (): void => {}
  const over = new Promise<void>((resolve) => {
    const timer = clock.setTimeout(resolve, PATIENCE_MS)
    end = () => clock.clearTimeout(timer)
  })
  return { over, end }
}
