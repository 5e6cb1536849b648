/** What a file system says that has no room: on the disk, or for this user. */
export const FULL: readonly string[] = ['ENOSPC', 'EDQUOT']

/** Does what a store can be locked without, where there is room for it. */
export async function unlessFull(fn: () => Promise<void>): Promise<void> {
  try {
    await fn()
  } catch (err) {
    if (!FULL.includes(String((err as { code?: unknown }).code))) throw err
  }
}
