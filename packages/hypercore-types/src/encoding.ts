/** Where a codec reads or writes: bytes `[start, end)` of `buffer`. */
export interface EncodingState {
  /** Where the next byte is read or written; the codec moves it on. */
  start: number
  /** One past the last byte; while `preencode()` runs, the size so far. */
  end: number
  /** The bytes; null until `preencode()` has told how many there will be. */
  buffer: Uint8Array | null
}

/** A compact-encoding codec. */
export interface CompactEncoding<T> {
  /** Adds the encoded size of the value, in bytes, to `state.end`. */
  preencode(state: EncodingState, value: T): void
  /** Writes the value at `state.start`. */
  encode(state: EncodingState, value: T): void
  /** Reads one value at `state.start`. */
  decode(state: EncodingState): T
}

/** Two functions that turn a value into bytes and back. An abstract-encoding codec is one too. */
export interface Codec<T> {
  /** Absent, as in Hypercore: an object that has it is a `CompactEncoding`. */
  preencode?: undefined
  /** Returns the bytes of one block. */
  encode(value: T): Uint8Array
  /**
   * Returns the value of one block.
   * @param bytes  one whole block
   */
  decode(bytes: Uint8Array): T
}

/** The encodings of text that compact-encoding 3 `from()` knows by name. */
export type TextEncodingName = 'utf-8' | 'utf8' | 'ascii' | 'hex' | 'base64' | 'ucs2' | 'utf16le'

/** The names compact-encoding 3 `from()` knows. */
export type EncodingName = 'binary' | 'json' | 'ndjson' | TextEncodingName

/** The names of encodings that can decode to a `T`: json decodes to whatever the caller says, but never to bytes. */
export type EncodingNameFor<T> =
  | ([T] extends [Uint8Array] ? never : 'json' | 'ndjson')
  | ([string] extends [T] ? TextEncodingName : never)
  | ([Uint8Array] extends [T] ? 'binary' : never)

/** An encoding that is an object and not a name. */
export type Encoder<T> = CompactEncoding<T> | Codec<T>

/** How a core's blocks become values of type `T` and back; absent or 'binary' = raw bytes. */
export type ValueEncoding<T = unknown> = EncodingNameFor<T> | Encoder<T>

/**
 * The type of value that an encoding decodes to. For json it is `unknown` unless the caller says what it holds, and for a
 * codec of type `any` as well.
 */
export type Decoded<E> = 0 extends 1 & E
  ? unknown
  : [E] extends [undefined | null | 'binary']
    ? Uint8Array
    : E extends 'json' | 'ndjson'
      ? unknown
      : E extends EncodingName
        ? string
        : E extends CompactEncoding<infer T>
          ? T
          : E extends Codec<infer T>
            ? T
            : unknown
