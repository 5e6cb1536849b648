// Compile-only: udx-native 1.21.3 ships no types. Of its members, those that benchmarks and tests use.
declare module 'udx-native' {
  import type { Duplex } from 'streamx'

  interface Socket {
    bind(port: number, host: string): void
    address(): { host: string; port: number }
    close(): Promise<void>
  }
  type Stream = Duplex & { connect(socket: Socket, remoteId: number, port: number, host: string): void }
  class UDX {
    /** by all its streams */
    readonly bytesReceived: number
    createSocket(): Socket
    createStream(id: number): Stream
  }
  export = UDX
}
