// Compile-only: random-access-memory 6.2.1 ships no types.
declare module 'random-access-memory' {
  export default class RandomAccessMemory {
    /** files by name; opening a closed one goes on from what it held */
    static reusable(): (name: string) => RandomAccessMemory
    constructor(options?: { length?: number; buffer?: Uint8Array; pageSize?: number } | string)
    length: number
    /** pages */
    buffers: (Uint8Array | undefined)[]
    read(offset: number, size: number, callback: (err: Error | null, bytes?: Uint8Array) => void): void
    write(offset: number, bytes: Uint8Array, callback: (err: Error | null) => void): void
    truncate(size: number, callback: (err: Error | null) => void): void
    stat(callback: (err: Error | null, stat?: { size: number }) => void): void
    suspend(callback: (err: Error | null) => void): void
    close(callback: (err: Error | null) => void): void
    unlink(callback: (err: Error | null) => void): void
    on(event: 'unlink', fn: () => void): this
  }
}
