import { badArgument, Queues } from '@manycore/ground'
import b4a from 'b4a'
import type { Disk, LockableFile } from '../disk/disk.js'
import { codeOf, unlessFull } from '../disk/failures.js'
import { EngineError } from '../errors.js'
import { ownPid, runtimeWithoutLibuv } from '../kit/runtime.js'

export interface LockOptions {
  /** Nothing is created or written. In one file, readers share the lock; in many files, they take none. */
  readonly isReadOnly: boolean
  /** Wait until the store is free instead of rejecting. */
  readonly wait: boolean
}

/** Pause between two looks at a store that is taken by holder files alone. */
const WAIT_MS = 100

/** By the path of what is locked: of several that come at once, the first gets the store. */
const queues = new Queues()

/**
 * Locks a disk for this process, if its files have descriptors. The lock ends when the disk is closed or suspended, and
 * when the process ends, however it ends.
 *
 * There are two locks. The operating system's decides among the processes that can take it, which those of Bun and Deno
 * cannot. Every process makes a holder file as well: by these, the two kinds see each other, and Bun and Deno each other.
 * @throws ELOCKED, BAD_ARGUMENT
 */
export async function lockDisk(disk: Disk, { isReadOnly, wait }: LockOptions): Promise<void> {
  const { path } = disk.lock.file
  const lock = (): Promise<void> => lockInTurn(disk, { isReadOnly, wait })
  // While somebody waits for the store, others must still find out that it is taken.
  await (path === null || wait ? lock() : queues.run(path, lock))
}

async function lockInTurn(disk: Disk, { isReadOnly, wait }: LockOptions): Promise<void> {
  const { file, isSpare } = disk.lock
  if (file.fd === null || (isReadOnly && isSpare)) return
  if (!isReadOnly)
    await file.write(0, b4a.alloc(0)) // creates and opens the file
  else if ((await file.size()) === 0) return // never locked, or never written

  const isLocked = await lockDescriptor(file.fd, { shared: isReadOnly, wait })
  if (isLocked === false) throw await lockedElsewhere(file, isSpare)
  await lockByFiles(file, { isReadOnly, wait, isSystemLocked: isLocked === true })
  if (isReadOnly || !isSpare) return
  await file.truncate(0)
  await unlessFull(() => file.write(0, b4a.from(`${ownPid()}\n`))) // it only tells others who has the store
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

/** @returns 0 = it is just being written, by whoever has opened the store */
async function readPid(file: LockableFile): Promise<number> {
  try {
    return Number(b4a.toString(await file.read(0, await file.size())))
  } catch {
    return 0 // whoever opened the store has truncated it meanwhile
  }
}

/**
 * Asks the operating system to lock an open file for this descriptor. The lock ends with the descriptor, and therefore with
 * the process.
 * @returns  false = someone else has it; null = nobody can be locked out, because the optional fs-native-extensions is not
 *           installed, or would end the process in this runtime
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
