import type { Request } from '../messages.js'

/** One of two chains: its entries are linked, from the oldest to the newest. */
interface Chain {
  first: Entry | null
  last: Entry | null
}

interface Entry {
  readonly request: Request
  readonly chain: Chain
  before: Entry | null
  after: Entry | null
}

/**
 * The requests of a remote that wait until its stream takes more. It stands in the place of Hypercore's own queue
 * (`ReceiverQueue` of lib/receiver-queue.js), which keeps a request that was cancelled or replaced until its turn comes:
 * 100,000 requests with one id counted as one, and all of them were kept. Here each call is O(1), and what has been
 * deleted is gone.
 */
export class RequestQueue {
  readonly #byId = new Map<number, Entry>()
  #urgent: Chain = { first: null, last: null }
  #others: Chain = { first: null, last: null }

  get length(): number {
    return this.#byId.size
  }

  /** Takes the place of a request with the same id. */
  push(request: Request): void {
    this.delete(request.id)
    const chain = request.priority > 0 ? this.#urgent : this.#others
    const entry: Entry = { request, chain, before: chain.last, after: null }
    if (chain.last === null) chain.first = entry
    else chain.last.after = entry
    chain.last = entry
    this.#byId.set(request.id, entry)
  }

  /** As upstream: the newest of those with a priority, or else the oldest of the others. */
  shift(): Request | null {
    const next = this.#urgent.last ?? this.#others.first
    if (next === null) return null
    this.#remove(next)
    return next.request
  }

  delete(id: number): void {
    const entry = this.#byId.get(id)
    if (entry !== undefined) this.#remove(entry)
  }

  clear(): void {
    this.#byId.clear()
    this.#urgent = { first: null, last: null }
    this.#others = { first: null, last: null }
  }

  #remove({ request, chain, before, after }: Entry): void {
    if (before === null) chain.first = after
    else before.after = after
    if (after === null) chain.last = before
    else after.before = before
    this.#byId.delete(request.id)
  }
}
