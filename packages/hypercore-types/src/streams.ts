import type { EventSource } from './event-source.js'

/** What every byte or object stream of the stack (streamx, Node) has in common. */
export interface ByteStream extends EventSource<{
  data: [chunk: unknown]
  end: []
  drain: []
  finish: []
  readable: []
  error: [err: Error]
  close: []
}> {
  readonly destroyed: boolean
  destroy(err?: Error | null): unknown
  pipe<S>(to: S, cb?: (err: Error | null) => void): S
}

/** A streamx Readable of `T`. */
export interface ReadableStream<T> extends ByteStream, AsyncIterable<T> {
  read(): T | null
  pause(): unknown
  resume(): unknown
}

/** A streamx Writable of `T`. */
export interface WritableStream<T> extends ByteStream {
  /** false = wait for 'drain' */
  write(chunk: T): boolean
  end(chunk?: T): unknown
}
