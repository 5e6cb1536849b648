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
