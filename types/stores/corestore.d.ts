// Compile-only: corestore 7.12.5 ships no types. Of its members, those that benchmarks, tests and scripts use.
declare module 'corestore' {
  import type * as t from '@manycore/hypercore-types'

  interface Options {
    primaryKey?: Uint8Array
    unsafe?: boolean
    manifestVersion?: number
    active?: boolean
    allowBackup?: boolean
  }
  class Corestore {
    constructor(storage: string, opts?: Options)
    ready(): Promise<void>
    close(): Promise<void>
    get(core: Uint8Array | t.HypercoreOptions): t.Hypercore
    namespace(name: string | Uint8Array): Corestore
    replicate(isInitiator: boolean | t.NoiseStream | t.ProtocolStream): t.ReplicationStream
    createKeyPair(name: string | Uint8Array): Promise<t.KeyPair>
    readonly ns?: Uint8Array
  }
  export = Corestore
}
