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
 * @param steps  functions; what they return is waited for. They are taken one by one, as they begin
 * @param how    'in turn' waits for each step before it runs the next one; 'together' starts all at once, for steps that
 *               may wait for each other; a number runs so many at a time, for steps that may be thousands
 * @throws what failed, if that is one error; else an AggregateError, flat: its `errors` are in the order of the steps
 */
export async function closeAll(
  what: string,
  steps: Iterable<() => unknown>,
  how: 'in turn' | 'together' | number = 'in turn'
): Promise<void> {
  const failures: [index: number, errors: unknown[]][] = []
  const atOnce = how === 'in turn' ? 1 : how === 'together' ? Infinity : how
  let index = 0
  await forEach(steps, atOnce, async (step) => {
    const at = index++
    const failed = await failuresOf(step)
    if (failed.length > 0) failures.push([at, failed])
  })
  const failed = failures.toSorted(([a], [b]) => a - b).flatMap(([, errors]) => errors)
  if (failed.length === 1) throw failed[0]
  if (failed.length > 1) throw new AggregateError(failed, `${what}: ${failed.length} steps failed`)
}

/**
 * Calls an async function for each item, for at most so many at a time. An item is taken when its call begins, so that
 * there are never more promises than calls under way.
 * @param atOnce  ≥ 1; Infinity starts all at once
 * @param call    must not reject: the items that are left would be dropped
 */
export async function forEach<T>(
  items: Iterable<T>,
  atOnce: number,
  call: (item: T) => Promise<unknown> | undefined
): Promise<void> {
  const left = items[Symbol.iterator]()
  const workers: Promise<void>[] = []
  const work = async (first: T): Promise<void> => {
    await call(first)
    for (let next = left.next(); !next.done; next = left.next()) await call(next.value)
  }
  while (workers.length < atOnce) {
    const next = left.next()
    if (next.done) break
    workers.push(work(next.value))
  }
  await Promise.all(workers)
}

async function failuresOf(step: () => unknown): Promise<unknown[]> {
  try {
    await step()
    return []
  } catch (err) {
    return err instanceof AggregateError ? err.errors : [err]
  }
}
