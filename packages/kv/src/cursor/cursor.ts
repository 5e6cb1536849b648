/** Says where a large value is stored. */
export class ValuePointer {
  /** Number of the value file. */
  readonly file: number
  readonly offset: number
  /** Bytes. */
  readonly length: number
  /** CRC-32 of the value. */
  readonly crc: number

  constructor(file: number, offset: number, length: number, crc: number) {
    this.file = file
    this.offset = offset
    this.length = length
    this.crc = crc
  }
}

/** What a layer holds for a key: a value, a pointer to a large value, or null = deleted (a tombstone). */
export type Stored = Uint8Array | ValuePointer | null

/**
 * What a layer says about a key: its value; null = deleted here; undefined = ask the older layers. Within one layer, a point
 * (a value or a tombstone) is newer than every deleted range.
 */
export type Found = Uint8Array | null | undefined

/**
 * Goes over entries in order, forwards or backwards, without a promise for each entry:
 * `while (cursor.next() || (await cursor.load())) use(cursor.key, cursor.value)`
 */
export interface Cursor {
  /** Key and value of the present entry. They stay valid and unchanged after the next step. Values may be subarrays: copy them. */
  readonly key: Uint8Array
  readonly value: Stored

  /** Steps to the next entry. False = there is no more of what was loaded; call load() to find out whether there is more. */
  next(): boolean

  /** Loads more and steps to the next entry. False = this is the end, from now on. */
  load(): Promise<boolean>

  /** Like next(), but may leave out entries before `to` (backwards: entries at or after `to`). */
  skip(to: Uint8Array): boolean
}
