// Compile-only: protomux 3.12.1 ships no types.
declare module 'protomux' {
  import type * as t from '@manycore/hypercore-types'

  // eslint-disable-next-line typescript/no-unsafe-declaration-merging
  interface Protomux extends t.Protomux {}

  interface ChannelOptions {
    protocol: string
    id?: Uint8Array | null
    handshake?: { preencode(state: t.EncodingState): void; encode(state: t.EncodingState): void }
    messages?: { onmessage?: (message: Uint8Array) => unknown }[]
    onopen?: () => unknown
    onclose?: () => unknown
  }
  interface Channel extends NonNullable<ReturnType<t.Protomux['getLastChannel']>> {
    readonly messages: { send(message: Uint8Array): boolean }[]
    open(handshake?: object): void
  }
  class Protomux {
    constructor(stream: t.NoiseStream)
    static from(stream: t.NoiseStream): Protomux
    createChannel(opts: ChannelOptions): Channel | null
  }
  export = Protomux
}
