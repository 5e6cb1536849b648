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
