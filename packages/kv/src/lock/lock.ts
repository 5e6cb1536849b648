import { badArgument, Queues } from '@manycore/ground'
import b4a from 'b4a'
import type { Disk, LockableFile } from '../disk/disk.js'
import { codeOf, unlessFull } from '../disk/failures.js'
import { EngineError } from '../errors.js'
import { ownPid, runtimeWithoutLibuv } from '../kit/runtime.js'

export interface LockOptions {
  /** Nothing is created or written. In one file the lock is shared with other readers, elsewhere there is none. */
  readonly isReadOnly: boolean
  /** until it is free, instead of rejecting */
  readonly wait: boolean
}

/** between two looks at a store that is taken by files alone */
const WAIT_MS = 100

/** by path of what is locked: of those that come in one turn the first gets it */
const queues = new Queues()

/**
 * Locks a disk for this process, where its files have descriptors. Closing or suspending the disk ends the
 * lock, and so does the end of the process, whatever it ends by.
 *
 * There are two locks. That of the operating system decides among the processes that can take it; those of Bun and
 * Deno cannot. All of them make a holder file, which tells one kind from the other, and Bun and Deno among themselves.
 * @throws ELOCKED, BAD_ARGUMENT
 */
export async function lockDisk(disk: Disk, { isReadOnly, wait }: LockOptions): Promise<void> {
  const { path } = disk.lock.file
  const lock = (): Promise<void> => lockInTurn(disk, { isReadOnly, wait })
  // Whoever waits for the store must not keep it from being found taken.
  await (path === null || wait ? lock() : queues.run(path, lock))
}

async function lockInTurn(disk: Disk, { isReadOnly, wait }: LockOptions): Promise<void> {
  const { file, isSpare } = disk.lock
  if (file.fd === null || (isReadOnly && isSpare)) return
  if (!isReadOnly)
    await file.write(0, b4a.alloc(0)) // creates and opens it
  else if ((await file.size()) === 0) return // never locked, or never written

  const isLocked = await lockDescriptor(file.fd, { shared: isReadOnly, wait })
  if (isLocked === false) throw await lockedElsewhere(file, isSpare)
  await lockByFiles(file, { isReadOnly, wait, isSystemLocked: isLocked === true })
  if (isReadOnly || !isSpare) return
  await file.truncate(0)
  await unlessFull(() => file.write(0, b4a.from(`${ownPid()}\n`))) // only whom others are told of
}

async function lockByFiles(
  file: LockableFile,
  { isReadOnly, wait, isSystemLocked }: LockOptions & { isSystemLocked: boolean }
): Promise<void> {
  if (file.path === null) {
    const runtime = runtimeWithoutLibuv()
    if (runtime === null) return
    throw badArgument('lock', `false on ${runtime} if a file has no \`filename\` beside which to lock`, true)
  }
  const { claimFile, refuseIfHeld } = await import('./holder-files.js')
  for (;;) {
    try {
      if (isReadOnly) return refuseIfHeld(file.path, isSystemLocked)
      return file.hold(await claimFile(file.path, isSystemLocked))
    } catch (err) {
      if (!wait || codeOf(err) !== 'ELOCKED') throw err
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
    }
  }
}

async function lockedElsewhere(file: LockableFile, isSpare: boolean): Promise<EngineError> {
  const holder = isSpare ? await readPid(file) : 0
  const who = holder > 0 ? `process ${holder}` : 'another process, or in this one'
  return new EngineError('ELOCKED', `the store is open in ${who}`, holder > 0 ? { holder } : {})
}

/** @returns 0 = it is being written, for the store was opened just now */
async function readPid(file: LockableFile): Promise<number> {
  try {
    return Number(b4a.toString(await file.read(0, await file.size())))
  } catch {
    return 0 // whoever opened it truncated it meanwhile
  }
}

/**
 * Has the operating system lock an open file for this descriptor; the lock ends with the descriptor, so also with the
 * process.
 * @returns  false = someone else has it; null = nobody can be locked out: the optional fs-native-extensions is not
 *           installed, or ends a process of this runtime
 */
async function lockDescriptor(
  fd: number,
  { shared, wait }: { shared: boolean; wait: boolean }
): Promise<boolean | null> {
  if (runtimeWithoutLibuv() !== null) return null
  const extensions = await import('fs-native-extensions').then(
    (module) => module.default,
    () => null // not installed
  )
  if (extensions === null) return null
  if (!wait) return extensions.tryLock(fd, { shared })
  await extensions.waitForLock(fd, { shared })
  return true
}
