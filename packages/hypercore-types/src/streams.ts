import type { EventSource } from './event-source.js'

/** The events of a readable stream, with the arguments of their listeners. */
export interface ReadableEvents<T> {
  /** A chunk was read; listening makes the stream flow. */
  data: [chunk: T]
  /** Everything has been read. */
  end: []
  /** `read()` has something to give, or the stream has ended. */
  readable: []
  /** The stream was destroyed by this error. */
  error: [err: Error]
  /** The stream is closed; nothing follows. */
  close: []
}

/** The events of a writable stream, with the arguments of their listeners. */
export interface WritableEvents {
  /** There is room again after a `write()` that returned false. */
  drain: []
  /** `end()` was called, and everything before it has been written. */
  finish: []
  /** The stream was destroyed by this error. */
  error: [err: Error]
  /** The stream is closed; nothing follows. */
  close: []
}

/** A streamx Readable of `T`. */
export interface ReadableStream<T> extends EventSource<ReadableEvents<T>>, AsyncIterable<T> {
  /** Whether the stream was destroyed, or has closed by itself. */
  readonly destroyed: boolean
  /** Closes the stream without waiting for its end; with an error, emits that first. */
  destroy(err?: Error | null): unknown
  /** Takes one chunk that is buffered; null if there is none. */
  read(): T | null
  /** Stops the flow of 'data'. */
  pause(): unknown
  /** Lets 'data' flow again. */
  resume(): unknown
  /**
   * Writes everything into `to`, which ends with this stream.
   * @returns `to`
   */
  pipe<S>(to: S, cb?: (err: Error | null) => void): S
}

/** A streamx Writable of `T`. */
export interface WritableStream<T> extends EventSource<WritableEvents> {
  /** Whether the stream was destroyed, or has closed by itself. */
  readonly destroyed: boolean
  /** Closes the stream; what was not written yet is lost. With an error, emits that first. */
  destroy(err?: Error | null): unknown
  /**
   * Takes a chunk.
   * @returns false if the buffer is full: wait for 'drain'
   */
  write(chunk: T): boolean
  /** Writes a last chunk, if one is given, and finishes. */
  end(chunk?: T): unknown
}

/** What every duplex byte stream of the stack (streamx, Node) has in common. */
export interface ByteStream extends EventSource<ReadableEvents<Uint8Array> & WritableEvents> {
  /** Whether the stream was destroyed, or has closed by itself. */
  readonly destroyed: boolean
  /** Closes both directions at once; with an error, emits that first. */
  destroy(err?: Error | null): unknown
  /**
   * Takes bytes.
   * @returns false if the buffer is full: wait for 'drain'
   */
  write(chunk: Uint8Array): boolean
  /** Ends the writable half once everything before has been written. */
  end(): unknown
  /**
   * Writes everything that arrives into `to`, which ends with this stream.
   * @returns `to`
   */
  pipe<S>(to: S, cb?: (err: Error | null) => void): S
}
