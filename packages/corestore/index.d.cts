import * as api from './dist/index.js'

type Corestore = api.Corestore

declare const Corestore: typeof api.Corestore & {
  Corestore: typeof api.Corestore
  CorestoreError: typeof api.CorestoreError
  CORESTORE_ERRORS: typeof api.CORESTORE_ERRORS
}

declare namespace Corestore {
  export type ArgumentError = api.ArgumentError
  export type CoreAudit = api.CoreAudit
  export type CoreOptions = api.CoreOptions
  export type CorestoreError = api.CorestoreError
  export type CorestoreErrorCode = api.CorestoreErrorCode
  export type CorestoreEvents = api.CorestoreEvents
  export type CorestoreOptions = api.CorestoreOptions
  export type GetOptions = api.GetOptions
  export type GroupHandle = api.GroupHandle
  export type Hypercore<T = Uint8Array> = api.Hypercore<T>
  export type IdentityOptions = api.IdentityOptions
  export type KeyPair = api.KeyPair
  export type StoreSessionOptions = api.StoreSessionOptions
}

export = Corestore
