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
