/** The files of one store: opened when first used, open until they are removed or the disk is closed. */
export interface Disk {
  /** Before anything else, after close() too. @throws ENGINE_CORRUPT, ENGINE_VERSION */
  open(): Promise<void>
  /** the same object for the same name, until the file is removed */
  file(name: string): DiskFile
  /** A file that is not there counts as removed. */
  remove(name: string): Promise<void>
  /** What is open is given back to the system; the next use opens it again. */
  suspend(): Promise<void>
  close(): Promise<void>
  /** After suspend(): whether its files are still where they were. */
  isCurrent(): Promise<boolean>
  /** what a process locks while it uses this disk; it may be written for that alone when `isSpare` */
  readonly lock: { readonly file: LockableFile; readonly isSpare: boolean }
}

/** Reads may run side by side; writes are made one at a time by whoever owns the file. */
export interface DiskFile {
  readonly name: string
  /** ≥ the bytes that were written, of a finished file the same; 0 = empty or not there */
  size(): Promise<number>
  /** @returns exactly `length` bytes, the caller's own @throws ENGINE_CORRUPT when the file ends before */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Creates the file where it is not there. */
  write(offset: number, bytes: Uint8Array): Promise<void>
  /** Creates the file where it is not there. */
  truncate(size: number): Promise<void>
  /** The file will not be written any more. */
  finish(): Promise<void>
  /**
   * What was written survives a loss of power, where the storage can do that. After one that failed it fails until
   * what that one was to store has been written again.
   */
  sync(): Promise<void>
  /** whether sync() does anything */
  readonly canSync: boolean
}

/** The file that a process locks. */
export interface LockableFile extends DiskFile {
  /** a descriptor, 0 while the file is not open; null = files here have none */
  readonly fd: number | null
  /** where it lies; null = files here do not say */
  readonly path: string | null
  /** Of one claim at a time: released when the file is suspended or closed. */
  hold(claim: Claim): void
}

/** What a process has that may use the store. */
export interface Claim {
  /** The store is free again. */
  release(): void
}
