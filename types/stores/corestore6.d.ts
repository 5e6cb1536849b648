// Compile-only: corestore 6.18.4 ships no types. Of its members, those that benchmarks and scripts use.
declare module 'corestore6' {
  import type * as t from '@manycore/hypercore-types'

  interface Options {
    primaryKey?: Uint8Array
    compat?: boolean
    manifestVersion?: number
  }
  class Corestore {
    constructor(storage: string | ((path: string) => object), opts?: Options)
    ready(): Promise<void>
    close(): Promise<void>
    get(core: Uint8Array | t.HypercoreOptions): t.Hypercore
    namespace(name: string | Uint8Array): Corestore
    replicate(isInitiator: boolean | t.NoiseStream | t.ProtocolStream): t.ReplicationStream
    createKeyPair(name: string | Uint8Array): Promise<t.KeyPair>
    readonly _namespace?: Uint8Array
  }
  export = Corestore
}
