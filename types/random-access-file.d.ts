// Compile-only: random-access-file 4.1.2 ships no types.
declare module 'random-access-file' {
  export default class RandomAccessFile {
    constructor(name: string, options?: { directory?: string; writable?: boolean; lock?: boolean })
    readonly filename: string
    /** 0 while it is not open */
    readonly fd: number
    read(offset: number, size: number, callback: (err: Error | null, bytes?: Uint8Array) => void): void
    write(offset: number, bytes: Uint8Array, callback: (err: Error | null) => void): void
    truncate(size: number, callback: (err: Error | null) => void): void
    stat(callback: (err: Error | null, stat?: { size: number }) => void): void
    suspend(callback: (err: Error | null) => void): void
    close(callback: (err: Error | null) => void): void
    unlink(callback: (err: Error | null) => void): void
  }
}
