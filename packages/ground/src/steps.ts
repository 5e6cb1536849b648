/** Runs one thing after the other, in the order of the calls; one that fails holds none up. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.#last.then(fn)
    this.#last = result.catch(() => {}) // told to its caller
    return result
  }
}

/** A queue for each key: what concerns the same thing runs in the order of the calls, what does not is not waited for. */
export class Queues {
  readonly #queues = new Map<string, { readonly queue: Queue; waiting: number }>()

  async run<T>(key: string, fn: () => Promise<T>): Promise<T> {
    const known = this.#queues.get(key) ?? { queue: new Queue(), waiting: 0 }
    this.#queues.set(key, known)
    known.waiting++
    try {
      return await known.queue.run(fn)
    } finally {
      if (--known.waiting === 0) this.#queues.delete(key)
    }
  }
}

/**
 * Runs every step, although some fail. What has failed before is a step that throws it.
 * @param what   begins the message of the AggregateError: "closing the store"
 * @param steps  functions; what they return is waited for
 * @param how    'in turn' waits for each step before it runs the next one; 'together' starts all at once
 * @throws what failed, if that is one error; else an AggregateError, flat: its `errors` are in the order of the steps
 */
export async function closeAll(
  what: string,
  steps: Iterable<() => unknown>,
  how: 'in turn' | 'together' = 'in turn'
): Promise<void> {
  const running: Promise<unknown[]>[] = []
  for (const step of steps) {
    const failed = failuresOf(step)
    running.push(failed)
    if (how === 'in turn') await failed
  }
  const failed = (await Promise.all(running)).flat()
  if (failed.length === 1) throw failed[0]
  if (failed.length > 1) throw new AggregateError(failed, `${what}: ${failed.length} steps failed`)
}

async function failuresOf(step: () => unknown): Promise<unknown[]> {
  try {
    await step()
    return []
  } catch (err) {
    return err instanceof AggregateError ? err.errors : [err]
  }
}
