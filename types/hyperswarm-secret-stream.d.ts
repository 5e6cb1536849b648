// Compile-only: @hyperswarm/secret-stream 6.9.2 ships no types.
declare module '@hyperswarm/secret-stream' {
  import type * as t from '@manycore/hypercore-types'

  // eslint-disable-next-line typescript/no-unsafe-declaration-merging
  interface NoiseSecretStream extends t.NoiseStream {}

  class NoiseSecretStream {
    static keyPair(seed?: Uint8Array): t.KeyPair
    constructor(isInitiator: boolean, rawStream?: object | null, opts?: object)
    /** the other side of the encryption: what goes over the wire */
    readonly rawStream: t.ProtocolStream
    /** called by the constructor if it got a raw stream, else by who has one later */
    start(rawStream: object | null, opts?: object): void
  }
  export = NoiseSecretStream
}
