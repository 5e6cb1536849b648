import { createRequire } from 'node:module'
import type { AuditResult, CoreAuth, Hypercore, KeyPair, ProtocolStream } from '@manycore/hypercore-types'
import { Corestore } from '../../src/index.js'

/** What Corestore 6, Corestore 7 and ours have in common, and 7 and ours beyond it. */
export interface Store {
  readonly primaryKey: Uint8Array
  readonly ns: Uint8Array
  readonly opened: boolean
  readonly closed: boolean
  readonly cores: { map: Map<string, unknown>; get(discoveryKey: Uint8Array): unknown } & Iterable<{
    discoveryKey: Uint8Array
  }>
  readonly sessions: { size: number } & Iterable<unknown>
  readonly corestores: Set<unknown>
  readonly storage: { hasCore(discoveryKey: Uint8Array): Promise<boolean> }
  ready(): Promise<void>
  close(): Promise<void>
  get(opts: object | string): Hypercore
  session(opts?: object): Store
  namespace(name: string | Uint8Array, opts?: object): Store
  replicate(isInitiator: boolean): ProtocolStream
  list(namespace?: Uint8Array): AsyncIterable<Uint8Array>
  getAuth(discoveryKey: Uint8Array): Promise<CoreAuth | null>
  createKeyPair(name: string | Uint8Array, ns?: Uint8Array): Promise<KeyPair>
  staticify(core: Hypercore, opts?: object): Promise<Hypercore>
  audit(opts?: object): AsyncIterable<{ key: Uint8Array; audit: AuditResult | null }>
  watch(fn: (core: { discoveryKey: Uint8Array }) => void): void
  unwatch(fn: (core: { discoveryKey: Uint8Array }) => void): void
  notifyGroup(topic: Uint8Array): GroupHandle
  findingPeers(): () => void
  suspend(): Promise<void>
  resume(): Promise<void>
}

export interface GroupHandle {
  on(event: 'update', listener: (update: { key: Uint8Array; length: number; fork: number }) => void): unknown
  updates(): AsyncIterable<Uint8Array>
  destroy(): void
}

export type StoreClass = new (storage: string, opts?: object) => Store

const require = createRequire(import.meta.url)

export const Ours = Corestore as unknown as StoreClass
/** npm corestore 7.12.5 */
export const Stock7 = require('corestore') as StoreClass
/** npm corestore 6.18.4, on Hypercore 10 and random-access-file */
export const Stock6 = require('corestore6') as StoreClass
