// Compile-only: hyperswarm 4.17.2 ships no types. Of its members, those that the demo, the mesh and examples use.
declare module 'hyperswarm' {
  import type { KeyPair, NoiseStream } from '@manycore/hypercore-types'

  interface Options {
    dht?: object | undefined
    bootstrap?: { host: string; port: number }[]
    keyPair?: KeyPair
    backoffs?: number[]
    jitter?: number
  }
  type Connection = NoiseStream & { once(event: 'open', listener: () => void): unknown }

  interface Discovery {
    flushed(): Promise<unknown>
    refresh(): Promise<unknown>
  }
  class Hyperswarm {
    constructor(opts?: Options)
    on(event: 'connection', listener: (connection: Connection) => void): this
    join(topic: Uint8Array, opts?: { client?: boolean; server?: boolean }): Discovery
    flush(): Promise<unknown>
    destroy(opts?: { force?: boolean }): Promise<void>
  }
  export = Hyperswarm
}
