import { ReplicatorError } from '../../errors.js'
import type { StreamLimits } from '../interceptors/interceptor.js'

/** The pages of bitfields that Hypercore keeps for the claims of one stream. */
export class StreamPages {
  count = 0
  readonly #host: { readonly limits: StreamLimits }

  constructor(host: { readonly limits: StreamLimits }) {
    this.#host = host
  }

  /** @throws TOO_MANY_PAGES */
  take(): void {
    if (this.count >= this.#host.limits.pagesPerStream) {
      const text = `the blocks that a remote says it has lie in more than ${this.count} pages`
      throw new ReplicatorError('TOO_MANY_PAGES', text)
    }
    this.count++
  }
}

/** Those of one channel, as long as it is open. */
export class Pages {
  readonly #stream: StreamPages
  readonly #pages = new Set<number>()

  constructor(stream: StreamPages) {
    this.#stream = stream
  }

  /**
   * @returns true if it is a new one
   * @throws  TOO_MANY_PAGES
   */
  take(page: number): boolean {
    if (this.#pages.has(page)) return false
    this.#stream.take()
    this.#pages.add(page)
    return true
  }

  release(): void {
    this.#stream.count -= this.#pages.size
    this.#pages.clear()
  }
}
