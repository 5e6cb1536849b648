import type { EventSource } from './event-source.js'

export interface ReadableEvents<T> {
  data: [chunk: T]
  end: []
  readable: []
  error: [err: Error]
  close: []
}

export interface WritableEvents {
  drain: []
  finish: []
  error: [err: Error]
  close: []
}

/** A streamx Readable of `T`. */
export interface ReadableStream<T> extends EventSource<ReadableEvents<T>>, AsyncIterable<T> {
  readonly destroyed: boolean
  destroy(err?: Error | null): unknown
  read(): T | null
  pause(): unknown
  resume(): unknown
  pipe<S>(to: S, cb?: (err: Error | null) => void): S
}

/** A streamx Writable of `T`. */
export interface WritableStream<T> extends EventSource<WritableEvents> {
  readonly destroyed: boolean
  destroy(err?: Error | null): unknown
  /** false = wait for 'drain' */
  write(chunk: T): boolean
  end(chunk?: T): unknown
}

/** What every duplex byte stream of the stack (streamx, Node) has in common. */
export interface ByteStream extends EventSource<ReadableEvents<Uint8Array> & WritableEvents> {
  readonly destroyed: boolean
  destroy(err?: Error | null): unknown
  /** false = wait for 'drain' */
  write(chunk: Uint8Array): boolean
  end(): unknown
  pipe<S>(to: S, cb?: (err: Error | null) => void): S
}
