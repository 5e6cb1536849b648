// Compile-only: hyperswarm 4.17.2 ships no types.
declare module 'hyperswarm' {
  import type { ProtocolStream } from '@manycore/hypercore-types'

  class Hyperswarm {
    constructor(opts?: { dht?: object | undefined })
    on(event: 'connection', listener: (connection: ProtocolStream) => void): this
    join(topic: Uint8Array, opts?: { client?: boolean; server?: boolean }): { flushed(): Promise<unknown> }
    destroy(opts?: { force?: boolean }): Promise<void>
  }
  export = Hyperswarm
}
