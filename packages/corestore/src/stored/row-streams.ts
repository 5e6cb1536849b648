import { Readable } from 'streamx'
import type { ReadableStream } from '@manycore/hypercore-types'

/**
 * The streams of rows that callers hold. An iterator of RocksDB keeps the database from closing for as
 * long as it is open, and one that was made but never read cannot be closed at all (streamx 2.28.1 never
 * destroys what never opened); hence each opens at its first read, and close() ends those left.
 */
export class RowStreams {
  readonly #open = new Set<Readable>()

  /** @param rows  called at the first read; null = there are none */
  from<T>(rows: () => Promise<AsyncIterable<T> | null>): ReadableStream<T> {
    const stream = Readable.from(readRows(rows)) as Readable
    this.#open.add(stream)
    stream.once('close', () => this.#open.delete(stream))
    return stream as unknown as ReadableStream<T>
  }

  async close(): Promise<void> {
    const closed = Array.from(
      this.#open,
      (stream) => new Promise((resolve) => stream.once('close', resolve as never))
    )
    for (const stream of this.#open) stream.destroy()
    await Promise.all(closed)
  }
}

async function* readRows<T>(rows: () => Promise<AsyncIterable<T> | null>): AsyncGenerator<T> {
  const all = await rows()
  if (all !== null) yield* all
}
