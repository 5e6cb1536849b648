import { runtimeWithoutLibuv } from '../kit/without-libuv.js'

/**
 * What the operating system does for a file with a descriptor. Loaded when first used: a browser, and a
 * storage without descriptors, never come here.
 */
export async function fdatasync(fd: number): Promise<void> {
  const { default: fs } = await import('fs')
  return new Promise((resolve, reject) => fs.fdatasync(fd, (err) => (err ? reject(err) : resolve())))
}

/**
 * Has the operating system lock an open file for this descriptor; the lock ends with the descriptor, so also with the
 * process.
 * @returns  false = someone else has it; null = nobody can be locked out: the optional fs-native-extensions is not
 *           installed, or ends a process of this runtime
 */
export async function lockDescriptor(
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
