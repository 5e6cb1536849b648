/** Runs writes one after the other, in the order they came; one that fails holds none up. */
export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(write: () => Promise<T>): Promise<T> {
    const result = this.#last.then(write)
    this.#last = result.catch(() => {}) // told to whoever wrote it
    return result
  }
}
