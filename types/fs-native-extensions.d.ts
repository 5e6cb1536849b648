// Compile-only: fs-native-extensions 1.5.1 ships no types.
declare module 'fs-native-extensions' {
  interface LockOptions {
    shared?: boolean
  }
  const extensions: {
    /** false = someone else holds it */
    tryLock(fd: number, options?: LockOptions): boolean
    waitForLock(fd: number, options?: LockOptions): Promise<void>
    unlock(fd: number): void
  }
  export default extensions
}
