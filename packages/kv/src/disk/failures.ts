/** What a file system says that has no room: on the disk, or for this user. */
export const FULL: readonly string[] = ['ENOSPC', 'EDQUOT']

/** The code of an error, the system's or ours; 'undefined' = it has none. */
export function codeOf(err: unknown): string {
  return String((err as { code?: unknown } | null | undefined)?.code)
}

/** Does what a store can be locked without, where there is room for it. */
export async function unlessFull(fn: () => Promise<void>): Promise<void> {
  try {
    await fn()
  } catch (err) {
    if (!FULL.includes(codeOf(err))) throw err
  }
}

/** For a catch: a file that is not there is no failure. @throws any other error */
export function unlessMissing(err: unknown): void {
  if (codeOf(err) !== 'ENOENT') throw err
}

/** For a catch: what is damaged may be whole elsewhere. @returns the failure @throws any other error */
export function unlessCorrupt(err: unknown): unknown {
  if (codeOf(err) !== 'ENGINE_CORRUPT') throw err
  return err
}

/**
 * As Promise.all, but even if one fails it waits for the others: none goes on behind its caller's back.
 * @throws the first failure, in the order of the promises
 */
export async function allDone<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const results = await Promise.allSettled(promises)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
