/** Where a codec reads or writes: bytes `[start, end)` of `buffer`. */
export interface EncodingState {
  start: number
  end: number
  buffer: Uint8Array | null
}

/** A compact-encoding codec. */
export interface CompactEncoding<T> {
  preencode(state: EncodingState, value: T): void
  encode(state: EncodingState, value: T): void
  decode(state: EncodingState): T
}

/** The names compact-encoding 3 `from()` knows. */
export type EncodingName =
  'binary' | 'json' | 'ndjson' | 'utf-8' | 'utf8' | 'ascii' | 'hex' | 'base64' | 'ucs2' | 'utf16le'

/** How a core's blocks become values and back; absent or 'binary' = raw bytes. */
export type ValueEncoding<T = unknown> = EncodingName | CompactEncoding<T>

/** The value type that an encoding gives: json is `unknown` until the caller says what it holds. */
export type Decoded<E> = [E] extends [undefined | null | 'binary']
  ? Uint8Array
  : E extends 'json' | 'ndjson'
    ? unknown
    : E extends EncodingName
      ? string
      : E extends CompactEncoding<infer T>
        ? T
        : unknown
