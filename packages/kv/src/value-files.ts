import type { Files } from './file-access.js'
import type { ValuePointer } from './value-pointer.js'

/** Reads large values; opens a value file when it is first read from. */
export class ValueFiles {
  constructor(files: Files) {
    void files
  }

  /** @returns the value, the caller's own @throws ENGINE_CORRUPT */
  read(pointer: ValuePointer): Promise<Uint8Array> {
    throw new Error('not yet')
  }

  /** Closes a value file that is no longer needed; removing it is the caller's. */
  release(id: number): Promise<void> {
    throw new Error('not yet')
  }

  close(): Promise<void> {
    throw new Error('not yet')
  }
}
