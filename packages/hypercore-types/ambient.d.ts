// Types of `import Hypercore from 'hypercore'`, which has none of its own: for whoever asks for them, by
// /// <reference types="@manycore/hypercore-types/ambient" />
declare module 'hypercore' {
  import type * as t from '@manycore/hypercore-types'

  // eslint-disable-next-line typescript/no-unsafe-declaration-merging
  interface Hypercore<T = Uint8Array> extends t.Hypercore<T> {}

  /** `T` is what a block decodes to: `new Hypercore<string>(storage, { valueEncoding: 'utf-8' })`. */
  class Hypercore<T = Uint8Array> {
    constructor(storage: string | t.CorestoreStorage | null, opts?: t.HypercoreOptions<T>)
    constructor(
      storage: string | t.CorestoreStorage | null,
      key: Uint8Array | string | null,
      opts?: t.HypercoreOptions<T>
    )
    constructor(opts: t.HypercoreOptions<T>)

    /** bytes */
    static readonly MAX_SUGGESTED_BLOCK_SIZE: number
    /** 32 bytes: the hash of a manifest, or of the one of this public key alone */
    static key(
      manifest: t.ManifestInput | Uint8Array,
      opts?: { compat?: boolean; version?: number; namespace?: Uint8Array }
    ): Uint8Array
    static parseManifest(manifest: t.ManifestInput | Uint8Array, key?: Uint8Array): t.Manifest
    /** 32 bytes in and out */
    static discoveryKey(key: Uint8Array): Uint8Array
    static blockEncryptionKey(key: Uint8Array, encryptionKey: Uint8Array): Uint8Array
    static createCore(storage: t.CorestoreStorage | string, opts: object): t.InnerCore
    static createProtocolStream(
      isInitiator: boolean | t.ProtocolStream | t.NoiseStream | t.Protomux,
      opts?: object
    ): t.ReplicationStream
    static defaultStorage(storage: unknown, opts?: object): t.CorestoreStorage
  }
  export = Hypercore
}
