/**
 * What the operating system does for a file with a descriptor. Loaded when first used: a browser, and a
 * storage without descriptors, never come here.
 */
export async function fdatasync(fd: number): Promise<void> {
  const { default: fs } = await import('fs')
  return new Promise((resolve, reject) => fs.fdatasync(fd, (err) => (err ? reject(err) : resolve())))
}

/**
 * Locks an open file for this descriptor; the lock ends with the descriptor, so also with the process.
 * Where the optional fs-native-extensions is not installed nothing is locked.
 * @returns  false = someone else holds it
 */
export async function lockFile(fd: number, options: { shared: boolean; wait: boolean }): Promise<boolean> {
  const extensions = await import('fs-native-extensions').then(
    (module) => module.default,
    () => null // not installed
  )
  if (extensions === null) return true
  if (!options.wait) return extensions.tryLock(fd, { shared: options.shared })
  await extensions.waitForLock(fd, { shared: options.shared })
  return true
}
