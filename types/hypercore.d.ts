// Compile-only: hypercore 11.37.1 ships no types. scripts/check-shims.mjs compares this with what runs.
declare module 'hypercore' {
  import type * as t from '@manycore/hypercore-types'

  // eslint-disable-next-line typescript/no-unsafe-declaration-merging
  interface Hypercore<T = Uint8Array> extends t.Hypercore<T> {}

  class Hypercore<T = Uint8Array> {
    constructor(
      storage: string | t.CorestoreStorage | object | null,
      key?: Uint8Array | string | object | null,
      opts?: object
    )
    static readonly MAX_SUGGESTED_BLOCK_SIZE: number
    static key(
      manifest: t.ManifestInput | Uint8Array,
      opts?: { compat?: boolean; version?: number; namespace?: Uint8Array }
    ): Uint8Array
    static parseManifest(manifest: t.ManifestInput | Uint8Array, key?: Uint8Array): t.Manifest
    static discoveryKey(key: Uint8Array): Uint8Array
    static blockEncryptionKey(key: Uint8Array, encryptionKey: Uint8Array): Uint8Array
    static createCore(storage: t.CorestoreStorage | string, opts: object): t.InnerCore
    static createProtocolStream(
      isInitiator: boolean | t.ProtocolStream | t.NoiseStream | t.Protomux,
      opts?: object
    ): t.ProtocolStream
    static defaultStorage(storage: unknown, opts?: object): t.CorestoreStorage
  }
  export = Hypercore
}
