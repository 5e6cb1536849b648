import type { Queue } from '@manycore/ground'

/** The same, each asked for in a queue, so that of all that share the queue one is read at a time. */
export async function* inTurn<T>(all: AsyncIterable<T>, turns: Queue): AsyncGenerator<T> {
  const iterator = all[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await turns.run(() => iterator.next())
      if (done === true) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}
