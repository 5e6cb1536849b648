import type { Protomux } from '@manycore/hypercore-types'
import { MIRROR_VERSION } from '../../mirror/defaults.js'

const PROTOCOL = 'manycore/mirror'

/** What a channel of a mirror tells. Nothing that is called may throw. */
export interface MirrorEvents {
  /** The remote mirrors as well. */
  open(): void
  /** One frame of a comparison. */
  frame(bytes: Uint8Array): Promise<void>
  /** The states of cores. */
  news(bytes: Uint8Array): Promise<void>
  /** The stream takes more. */
  drain(): void
  /** The remote does not mirror, has closed the channel, or the stream is over. */
  close(): void
}

/** @upstream protomux Channel */
interface RawChannel {
  readonly closed: boolean
  readonly messages: readonly { send(message: Uint8Array): boolean }[]
  open(handshake: number): void
  close(): void
}

interface RawMux {
  createChannel(opts: object): RawChannel | null
}

interface Bytes {
  buffer: Uint8Array
  start: number
  end: number
}

/** The handshake: one byte, the version. What is behind it is for later versions. */
const handshake = {
  preencode: (state: Bytes): void => void state.end++,
  encode: (state: Bytes, version: number): void => void (state.buffer[state.start++] = version),
  decode: ({ buffer, start, end }: Bytes): number => (start < end ? buffer[start]! : 0)
}

/** The channel of two mirrors on one mux: beside those of the cores, and ignored by who does not know it. */
export class MirrorChannel {
  readonly #mux: Protomux
  readonly #events: MirrorEvents
  #channel: RawChannel | null = null

  /** @param mux  the handshake of its stream may be under way */
  constructor(mux: Protomux, events: MirrorEvents) {
    this.#mux = mux
    this.#events = events
    this.#open()
    // The remote may begin to mirror later, after it has refused us.
    mux.pair({ protocol: PROTOCOL }, () => {
      if (this.#channel === null) this.#open()
    })
  }

  /** @returns whether the stream takes more */
  sendFrame(bytes: Uint8Array): boolean {
    return this.#send(0, bytes)
  }

  /** @returns whether the stream takes more */
  sendNews(bytes: Uint8Array): boolean {
    return this.#send(1, bytes)
  }

  /** Closes the channel, and opens another one, over which both begin anew. */
  reopen(): void {
    this.#channel?.close()
    this.#open()
  }

  close(): void {
    this.#mux.unpair({ protocol: PROTOCOL })
    this.#channel?.close()
  }

  #send(type: number, bytes: Uint8Array): boolean {
    return this.#channel?.messages[type]?.send(bytes) ?? true
  }

  #open(): void {
    const { frame, news } = this.#events
    const channel = (this.#mux as unknown as RawMux).createChannel({
      protocol: PROTOCOL,
      handshake,
      messages: [{ onmessage: frame }, { onmessage: news }],
      onopen: (version: number) => {
        if (version === MIRROR_VERSION) this.#events.open()
        else this.#channel?.close()
      },
      ondrain: () => this.#events.drain(),
      onclose: () => {
        if (this.#channel !== channel) return
        this.#channel = null
        this.#events.close()
      }
    })
    this.#channel = channel
    channel?.open(MIRROR_VERSION)
  }
}
