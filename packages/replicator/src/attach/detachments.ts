import b4a from 'b4a'
import { badArgument } from '@manycore/ground'
import type { Hypercore, InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import { innerCore } from '../policy/policy-core.js'
import { isProtocolStream } from '../streams/open-stream.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'

/**
 * What the caller detached by hand: everywhere, or on one stream. By discovery key, because a core
 * that closes and opens again is another object and stays detached.
 */
export class Detachments {
  readonly #streams: StreamSet
  readonly #everywhere = new Set<string>()
  /** what one stream says, true = detached, against what holds everywhere */
  readonly #here = new WeakMap<OpenStream, Map<string, boolean>>()

  constructor(streams: StreamSet) {
    this.#streams = streams
  }

  has(discoveryKey: Uint8Array, record: OpenStream): boolean {
    const id = b4a.toString(discoveryKey, 'hex')
    return this.#here.get(record)?.get(id) ?? this.#everywhere.has(id)
  }

  /**
   * What the caller says: everywhere, streams opened later included, or on one stream. What single streams said
   * before is forgotten in the first case.
   * @returns the core, and the streams that are open
   * @throws  BAD_ARGUMENT; then nothing was changed
   */
  mark(
    detached: boolean,
    core: InnerCore | Hypercore<unknown>,
    stream: ProtocolStream | undefined
  ): [InnerCore, Iterable<OpenStream>] {
    const inner = innerCore(core)
    if (stream === undefined) {
      this.#set(inner.discoveryKey, detached)
      return [inner, this.#streams]
    }
    if (!isProtocolStream(stream)) throw badArgument('stream', 'a stream that replicate() returned', stream)
    const record = this.#streams.find(stream.noiseStream)
    if (record === null) return [inner, []] // closed meanwhile
    this.setOn(record, inner.discoveryKey, detached)
    return [inner, [record]]
  }

  setOn(record: OpenStream, discoveryKey: Uint8Array, detached: boolean): void {
    const here = this.#here.get(record) ?? new Map<string, boolean>()
    this.#here.set(record, here.set(b4a.toString(discoveryKey, 'hex'), detached))
  }

  #set(discoveryKey: Uint8Array, detached: boolean): void {
    const id = b4a.toString(discoveryKey, 'hex')
    if (detached) this.#everywhere.add(id)
    else this.#everywhere.delete(id)
    for (const record of this.#streams) this.#here.get(record)?.delete(id)
  }
}
