/** The files of one store. A file is opened when it is first used, and stays open until it is removed or the disk is closed. */
export interface Disk {
  /** Called before anything else, and again after close(). @throws ENGINE_CORRUPT, ENGINE_VERSION */
  open(): Promise<void>
  /** Gives the same object for the same name, until the file is removed. */
  file(name: string): DiskFile
  /** Removes a file; one that does not exist counts as removed. */
  remove(name: string): Promise<void>
  /** Gives what is open back to the system. The next use of a file opens it again. */
  suspend(): Promise<void>
  close(): Promise<void>
  /** After suspend(): are its files still where they were? */
  isCurrent(): Promise<boolean>
  /** What a process locks while it uses this disk. `isSpare`: the file has no other purpose, and may be written. */
  readonly lock: { readonly file: LockableFile; readonly isSpare: boolean }
}

/** A file. Reads may run side by side; whoever owns the file makes one write at a time. */
export interface DiskFile {
  readonly name: string
  /** Bytes: at least as many as were written; exactly as many if the file is finished. 0 = empty, or it does not exist. */
  size(): Promise<number>
  /** @returns exactly `length` bytes, the caller's own @throws ENGINE_CORRUPT if the file ends too early */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Creates the file if it does not exist. */
  write(offset: number, bytes: Uint8Array): Promise<void>
  /** Creates the file if it does not exist. */
  truncate(size: number): Promise<void>
  /** Says that the file will not be written any more. */
  finish(): Promise<void>
  /**
   * Once it resolves, what was written survives a loss of power, if the storage can do that. After a sync has failed, later
   * ones fail too, until what it should have stored has been written again.
   */
  sync(): Promise<void>
  /** Does sync() do anything? */
  readonly canSync: boolean
}

/** The file that a process locks. */
export interface LockableFile extends DiskFile {
  /** A descriptor; 0 while the file is not open; null = these files have none. */
  readonly fd: number | null
  /** The path; null = these files do not say. */
  readonly path: string | null
  /** Keeps one claim, and releases it when the file is suspended or closed. */
  hold(claim: Claim): void
}

/** The right of a process to use a store. */
export interface Claim {
  /** Makes the store free again. */
  release(): void
}
