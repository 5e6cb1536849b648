/** The files of one store, by name. What the random-access engine's parts read and write through. */
export interface Files {
  /** A new, empty file; one of that name is replaced. */
  create(name: string): Promise<FileWriter>
  open(name: string): Promise<FileReader>
  /** A file that is not there counts as removed. */
  remove(name: string): Promise<void>
}

/** A file that only grows. */
export interface FileWriter {
  /** written so far */
  readonly bytes: number
  /**
   * @param bytes  not changed by the caller until this resolves
   * @returns      where they start in the file
   */
  append(bytes: Uint8Array): Promise<number>
  /** What was appended survives a loss of power once this resolves, where the storage can do that. */
  sync(): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

/** A file that does not change any more. */
export interface FileReader {
  readonly bytes: number
  /** @returns exactly `length` bytes, the caller's own @throws ENGINE_CORRUPT when the file ends before */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}
