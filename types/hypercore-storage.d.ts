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
