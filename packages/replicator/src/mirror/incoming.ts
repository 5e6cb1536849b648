import { Queue } from '@manycore/ground'
import { badMirror } from './bad-mirror.js'
import { MESSAGE_BYTES, QUEUED_BYTES } from './defaults.js'

/** What has come and is not worked on yet: in order, and not too much of it. */
export class Incoming {
  readonly #queue = new Queue()
  #bytes = 0

  /** @throws BAD_MIRROR if too much waits, and what the work throws */
  async add({ byteLength }: Uint8Array, work: () => Promise<void>): Promise<void> {
    const bytes = byteLength + MESSAGE_BYTES
    if (this.#bytes + bytes > QUEUED_BYTES) throw badMirror('too much waits to be worked on')
    this.#bytes += bytes
    try {
      await this.#queue.run(work)
    } finally {
      this.#bytes -= bytes
    }
  }
}
