/** Runs one thing after the other, in the order of the calls; one that fails holds none up. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.#last.then(fn)
    this.#last = result.catch(() => {}) // told to its caller
    return result
  }
}
