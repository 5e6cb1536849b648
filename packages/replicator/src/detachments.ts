import b4a from 'b4a'
import type { OpenStream } from './stream-set.js'

/**
 * What the caller detached by hand: everywhere, or on one stream. By discovery key, because a core
 * that closes and opens again is another object and stays detached.
 */
export class Detachments {
  readonly #everywhere = new Set<string>()
  /** what one stream says, true = detached, against what holds everywhere */
  readonly #here = new WeakMap<OpenStream, Map<string, boolean>>()

  has(discoveryKey: Uint8Array, record: OpenStream): boolean {
    const id = b4a.toString(discoveryKey, 'hex')
    return this.#here.get(record)?.get(id) ?? this.#everywhere.has(id)
  }

  /** For all streams, those opened later included; what single streams said is forgotten. */
  set(discoveryKey: Uint8Array, detached: boolean, streams: Iterable<OpenStream>): void {
    const id = b4a.toString(discoveryKey, 'hex')
    if (detached) this.#everywhere.add(id)
    else this.#everywhere.delete(id)
    for (const record of streams) this.#here.get(record)?.delete(id)
  }

  setOn(record: OpenStream, discoveryKey: Uint8Array, detached: boolean): void {
    const here = this.#here.get(record) ?? new Map<string, boolean>()
    this.#here.set(record, here.set(b4a.toString(discoveryKey, 'hex'), detached))
  }
}
