import b4a from 'b4a'
import { lockFile } from './descriptor.js'
import type { Disk } from './disk.js'
import { EngineError } from './errors.js'

export interface LockOptions {
  /** shared with other readers; nothing is created or written */
  readonly isReadOnly: boolean
  /** until it is free, instead of rejecting */
  readonly wait: boolean
}

/**
 * Locks a disk for this process, where its files have descriptors. Closing or suspending the disk ends the
 * lock, and so does the end of the process, whatever it ends by.
 * @throws ELOCKED
 */
export async function lockDisk(disk: Disk, { isReadOnly, wait }: LockOptions): Promise<void> {
  const { file, isSpare } = disk.lock
  if (file.fd === null) return
  if (!isReadOnly)
    await file.write(0, b4a.alloc(0)) // creates and opens it
  else if ((await file.size()) === 0) return // never locked, or never written

  if (!(await lockFile(file.fd, { shared: isReadOnly, wait }))) {
    const holder = isSpare ? Number(b4a.toString(await file.read(0, await file.size()))) : 0
    const who = holder > 0 ? `process ${holder}` : 'another process, or this one'
    throw new EngineError('ELOCKED', `the store is open in ${who}`, holder > 0 ? { holder } : {})
  }
  if (isReadOnly || !isSpare) return
  await file.truncate(0)
  await file.write(0, b4a.from(`${processId()}\n`))
}

/** Node and Bare name it differently; a browser has none, and no descriptors. */
function processId(): number {
  const { process, Bare } = globalThis as { process?: { pid?: number }; Bare?: { pid?: number } }
  return process?.pid ?? Bare?.pid ?? 0
}
