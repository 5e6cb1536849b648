// Compile-only: random-access-file 4.1.2 and random-access-memory 6.2.1 ship no types.
declare module 'random-access-storage' {
  type Callback = (err: Error | null) => void
  export default class RandomAccessStorage {
    readonly opened: boolean
    readonly closed: boolean
    read(offset: number, size: number, callback: (err: Error | null, bytes?: Uint8Array) => void): void
    write(offset: number, bytes: Uint8Array, callback: Callback): void
    truncate(size: number, callback: Callback): void
    stat(callback: (err: Error | null, stat?: { size: number }) => void): void
    suspend(callback: Callback): void
    close(callback: Callback): void
    unlink(callback: Callback): void
    on(event: 'open' | 'close' | 'unlink', fn: () => void): this
  }
}

declare module 'random-access-file' {
  import type RandomAccessStorage from 'random-access-storage'
  export default class RandomAccessFile extends RandomAccessStorage {
    constructor(name: string, options?: { directory?: string; writable?: boolean; lock?: boolean })
    readonly filename: string
    readonly fd: number
  }
}

declare module 'random-access-memory' {
  import type RandomAccessStorage from 'random-access-storage'
  export default class RandomAccessMemory extends RandomAccessStorage {
    /** files that are found again by name */
    static reusable(): (name: string) => RandomAccessMemory
    constructor(options?: { length?: number; buffer?: Uint8Array; pageSize?: number } | string)
    length: number
    /** pages */
    buffers: (Uint8Array | undefined)[]
    toBuffer(): Uint8Array
  }
}
