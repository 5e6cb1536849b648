import { Readable } from 'streamx'
import type { ReadableStream } from '@manycore/hypercore-types'

/**
 * The streams of rows that callers hold. An iterator of RocksDB keeps the database from closing for as long as it is
 * open, and one that was made but never read cannot be closed at all, because streamx 2.28.1 never destroys what never
 * opened. Hence each iterator opens at the first read of its stream, and close() ends the streams that are left.
 */
export class RowStreams {
  readonly #open = new Set<Readable>()

  /** @param rows  called at the first read; gives null if there are no rows */
  from<T>(rows: () => Promise<AsyncIterable<T> | null>): ReadableStream<T> {
    const stream = Readable.from(readRows(rows)) as Readable
    this.#open.add(stream)
    stream.once('close', () => this.#open.delete(stream))
    return stream as unknown as ReadableStream<T>
  }

  /** Ends the streams that are open. */
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
