import { setImmediate as turn } from 'node:timers/promises'

/** Streams between pairs of stores, in memory: which there are, and what went wrong on them. */
export class Network {
  /** 'lower-higher' → the two ends */
  #links = new Map()
  #closing = new Set()

  isConnected(one, other) {
    return this.#links.has(nameOf(one, other))
  }

  connect(one, other) {
    if (one === other || this.isConnected(one, other)) return
    const name = nameOf(one, other)
    const ends = [one, other].map(({ store, keyPair }, i) => store.replicate(i === 0, { keyPair }))
    ends[0].pipe(ends[1]).pipe(ends[0])
    const closed = Promise.all(ends.map((end) => closing(end)))
    this.#links.set(name, ends)
    void closed.then(() => {
      if (this.#links.get(name) === ends) this.#links.delete(name)
      this.#closing.delete(closed)
    })
    this.#closing.add(closed)
  }

  cut(one, other) {
    const name = nameOf(one, other)
    const ends = this.#links.get(name)
    this.#links.delete(name)
    ends?.[0].destroy()
  }

  /** Cuts all streams of a store, and waits until they have closed. */
  async isolate(member, members) {
    for (const other of members) this.cut(member, other)
    await turn()
  }

  /** Resolves once no stream is open any more. */
  async end(members) {
    for (const one of members) for (const other of members) this.cut(one, other)
    await Promise.all(this.#closing)
  }
}

function nameOf(...ends) {
  return ends
    .map(({ index }) => index)
    .toSorted()
    .join('-')
}

function closing(stream) {
  stream.on('error', () => {}) // the other end has gone
  return new Promise((resolve) => stream.noiseStream.once('close', resolve))
}
