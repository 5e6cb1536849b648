// Compile-only: hyperdht 6.34.0 ships no types. Of its members, those that the demo, the mesh and examples use.
declare module 'hyperdht' {
  import type * as t from '@manycore/hypercore-types'

  interface ConnectOptions {
    keyPair?: t.KeyPair
    createSecretStream?: (isInitiator: boolean, rawStream: object | null, opts: object) => object
  }
  interface Server {
    listen(keyPair?: t.KeyPair): Promise<unknown>
    close(): Promise<void>
    readonly publicKey: Uint8Array
  }
  class HyperDHT {
    constructor(opts?: { bootstrap?: { host: string; port: number }[]; host?: string })
    static keyPair(seed?: Uint8Array): t.KeyPair
    connect(remotePublicKey: Uint8Array, opts?: ConnectOptions): t.ProtocolStream
    createServer(opts?: object, onconnection?: (connection: t.ProtocolStream) => void): Server
    destroy(opts?: { force?: boolean }): Promise<void>
  }
  export = HyperDHT
}

declare module 'hyperdht/testnet.js' {
  interface Testnet {
    readonly nodes: unknown[]
    readonly bootstrap: { host: string; port: number }[]
    destroy(): Promise<void>
  }
  function createTestnet(size?: number, opts?: { host?: string }): Promise<Testnet>
  export = createTestnet
}
