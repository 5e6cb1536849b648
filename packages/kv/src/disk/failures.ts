/** Codes of a file system that has no room: on the disk, or for this user. */
export const FULL: readonly string[] = ['ENOSPC', 'EDQUOT']

/** The code of an error, be it of the system or ours; 'undefined' if it has none. */
export function codeOf(err: unknown): string {
  return String((err as { code?: unknown } | null | undefined)?.code)
}

/** Does something that a store can be locked without: if there is no room for it, it is left undone. */
export async function unlessFull(fn: () => Promise<void>): Promise<void> {
  try {
    await fn()
  } catch (err) {
    if (!FULL.includes(codeOf(err))) throw err
  }
}

/** For a catch, if a file may be missing. @throws any other error */
export function unlessMissing(err: unknown): void {
  if (codeOf(err) !== 'ENOENT') throw err
}

/** For a catch, if what is damaged here may be whole elsewhere. @returns the failure @throws any other error */
export function unlessCorrupt(err: unknown): unknown {
  if (codeOf(err) !== 'ENGINE_CORRUPT') throw err
  return err
}

/**
 * Like Promise.all, but if one fails it still waits for the others: none goes on behind its caller's back.
 * @throws the first failure, in the order of the promises
 */
export async function allDone<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const results = await Promise.allSettled(promises)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
