// Compile-only: hyperdht 6.34.0 ships no types.
declare module 'hyperdht' {
  class HyperDHT {
    constructor(opts?: { bootstrap?: { host: string; port: number }[]; host?: string })
  }
  export = HyperDHT
}

declare module 'hyperdht/testnet.js' {
  interface Testnet {
    readonly nodes: unknown[]
    readonly bootstrap: { host: string; port: number }[]
    destroy(): Promise<void>
  }
  function createTestnet(size?: number): Promise<Testnet>
  export = createTestnet
}
