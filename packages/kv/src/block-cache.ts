export interface Cached {
  readonly byteLength: number
}

/** Blocks that were read, newest use last out; never more than `bytes` of them. */
export class BlockCache {
  readonly limit: number
  #entries = new Map<number, { value: unknown; bytes: number }>()
  #bytes = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get bytes(): number {
    return this.#bytes
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }
}
