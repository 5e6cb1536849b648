/** Where a large value is stored. */
export class ValuePointer {
  /** id of the value file */
  readonly file: number
  readonly offset: number
  /** bytes */
  readonly length: number
  /** CRC-32 of the value */
  readonly crc: number

  constructor(file: number, offset: number, length: number, crc: number) {
    this.file = file
    this.offset = offset
    this.length = length
    this.crc = crc
  }
}

/** What a layer holds for a key: a value, where a large value is, or null = deleted. */
export type Stored = Uint8Array | ValuePointer | null

/**
 * What a layer says of a key: its value, null = deleted here, undefined = ask the older layers.
 * In one layer a point (a value or a tombstone) is newer than every deleted range of it.
 */
export type Found = Uint8Array | null | undefined

/**
 * Goes over entries in order, forwards or backwards, without a promise an entry:
 * `while (cursor.next() || (await cursor.load())) use(cursor.key, cursor.value)`
 */
export interface Cursor {
  /** of the entry it stands at; stays valid and unchanged after the next step. Values may be views: copy. */
  readonly key: Uint8Array
  readonly value: Stored

  /** Steps to the next entry. false = all that was loaded has been gone over: load() knows whether there is more. */
  next(): boolean

  /** Loads more and steps to the next entry. false = the end, from then on always. */
  load(): Promise<boolean>

  /** As next(), and may leave out entries before `to` (backwards: entries at or after `to`). */
  skip(to: Uint8Array): boolean
}
