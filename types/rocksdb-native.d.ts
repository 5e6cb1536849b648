// Compile-only: rocksdb-native 3.18.1 ships no types.
declare module 'rocksdb-native' {
  interface Entry {
    key: Uint8Array
    value: Uint8Array
  }

  interface ReadBatch {
    get(key: Uint8Array): Promise<Uint8Array | null>
    tryFlush(): void
  }

  interface WriteBatch {
    tryPut(key: Uint8Array, value: Uint8Array): void
    tryDelete(key: Uint8Array): void
    tryDeleteRange(start: Uint8Array, end: Uint8Array): void
    flush(): Promise<void>
  }

  interface RocksIterator {
    /** null = nothing is ready */
    read(): Entry | null
    on(event: 'readable' | 'end' | 'close', fn: () => void): void
    on(event: 'error', fn: (err: Error) => void): void
    destroy(): void
  }

  interface RocksIteratorOptions {
    gte?: Uint8Array | undefined
    lt?: Uint8Array | undefined
    reverse?: boolean | undefined
    /** entries read at once */
    capacity?: number
  }

  class ColumnFamily {
    constructor(name: string, opts?: object)
    destroy(): void
  }

  class RocksDB {
    static ColumnFamily: typeof ColumnFamily
    constructor(path: string, opts?: object)
    readonly path: string
    readonly opened: boolean
    readonly closed: boolean
    columnFamily(column: ColumnFamily): RocksDB
    session(opts?: { columnFamily?: string }): RocksDB
    snapshot(): RocksDB
    read(opts?: { autoDestroy?: boolean; capacity?: number }): ReadBatch
    write(opts?: { autoDestroy?: boolean; capacity?: number }): WriteBatch
    iterator(opts: RocksIteratorOptions): RocksIterator
    ready(): Promise<void>
    put(key: string, value: string): Promise<void>
    get(key: string): Promise<Uint8Array | null>
    flush(): Promise<void>
    suspend(): Promise<void>
    resume(): Promise<void>
    compactRange(): Promise<void>
    close(): Promise<void>
  }
  export = RocksDB
}
