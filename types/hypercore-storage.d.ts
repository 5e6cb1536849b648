// Compile-only: hypercore-storage 3.3.1 ships no types.
declare module 'hypercore-storage' {
  import type * as t from '@manycore/hypercore-types'

  // eslint-disable-next-line typescript/no-unsafe-declaration-merging
  interface CorestoreStorage extends t.CorestoreStorage {}

  class CorestoreStorage {
    constructor(db: string | object, opts?: object)
    static isCoreStorage(storage: unknown): boolean
    static from(db: unknown): t.CorestoreStorage
  }
  export = CorestoreStorage
}

declare module 'hypercore-storage/lib/tx.js' {
  import type * as t from '@manycore/hypercore-types'

  type Stored = t.StoredCore['core']

  class CorestoreRX {
    constructor(db: object, view: object)
    getCore(discoveryKey: Uint8Array): Promise<Stored | null>
    tryFlush(): void
  }
  class CorestoreTX {
    constructor(view: object)
    putCore(discoveryKey: Uint8Array, core: Stored): void
    putCoreByAlias(alias: t.CoreAlias, discoveryKey: Uint8Array): void
    apply(): void
  }
}

declare module 'hypercore-storage/encoding/spec/hyperschema' {
  import type * as t from '@manycore/hypercore-types'

  type Stored = t.StoredCore['core']

  export function getEncoding(name: '@corestore/core'): {
    decode(state: { start: number; end: number; buffer: Uint8Array }): Stored
  }
}
