import ReadyResource from 'ready-resource'
import { emitToEach } from '@manycore/ground'
import type { CorestoreStorage, EventSource, GroupUpdate, Hypercore } from '@manycore/hypercore-types'
import type { Replicator, SyncView } from '@manycore/replicator'
import type { SessionScope, SessionTable } from '@manycore/sessions'
import type { Corestore } from '../corestore.js'
import { StoreLifecycle } from './lifecycle.js'
import type { StoreRoot } from './root.js'

/**
 * Events of a store, emitted on the root store and on all its sessions and namespaces. Those of cores carry a weak
 * session, which does not keep the core open.
 */
export interface CorestoreEvents {
  /** The store has opened. */
  ready: []
  /** The store has closed. */
  close: []
  /** An open core of a group changed; `topic` is 32 bytes. */
  'group-active': [topic: Uint8Array, update: GroupUpdate]
  /** A core has opened. */
  'core-open': [core: Hypercore]
  /** A core has closed. */
  'core-close': [core: Hypercore]
  /** Two signed histories of one core exist; its sessions are being closed. */
  conflict: [core: Hypercore, length: number, fork: number, proof: object]
  /**
   * Replication has come further, or there is more to replicate: what `syncView()` returns now. Four times per second at most, and
   * at long last once everything is level. While nobody listens, nothing is done for it.
   */
  sync: [view: SyncView]
}

/** A ready-resource with typed events; its subclass has `_open()` and `_close()`. */
interface StoreResource extends EventSource<CorestoreEvents> {
  /** Settles when opening has; null until `ready()` is called, which the constructor does. */
  readonly opening: Promise<void> | null
  /** Settles when closing has; null until `close()` is called. */
  readonly closing: Promise<void> | null
  /** Whether the store has opened. */
  readonly opened: boolean
  /** Whether the store has closed. */
  readonly closed: boolean
  /** Resolves once the store is open, and rejects if it cannot be opened. Idempotent. */
  ready(): Promise<void>
  /**
   * Closes the store and what was opened through it; a root store also frees its storage. Idempotent, and may be called
   * before `ready()` has resolved. Streams stay open.
   * @throws what failed, after every step was tried: the one error, or an AggregateError of several
   */
  close(): Promise<void>
}

/** A listener that throws makes neither ready() nor close() reject, which emit in upstream's own code. */
class Resource extends (ReadyResource as unknown as new () => object) {
  emit(name: string | symbol, ...args: unknown[]): boolean {
    return emitToEach(this as never, name, args)
  }
}

/** The calls that add a listener. On Node some call others, on Bare none does. */
const ADDING = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'addOnceListener']

// Events that cost something are made only once somebody listens. 'newListener' would tell of that, too, but `eventNames()` would
// name it on every store, and `removeAllListeners()` of an app would end it.
for (const call of ADDING) {
  const add = Reflect.get(Resource.prototype, call) as ((...args: unknown[]) => unknown) | undefined
  if (add === undefined) continue
  const value = function (this: StoreView, ...args: unknown[]): unknown {
    sharedOf(this).heard(args[0])
    return Reflect.apply(add, this, args)
  }
  Object.defineProperty(Resource.prototype, call, { value, writable: true, configurable: true })
}

const StoreResource: new () => StoreResource = Resource as never

// Symbols, so that no field of a subclass of Corestore replaces these, whatever its name. A root store may be of another copy
// of this package.
const SHARED = Symbol.for('manycore.corestore.shared')
const LIFECYCLE = Symbol.for('manycore.corestore.lifecycle')

interface Internals {
  [SHARED]: StoreRoot
  [LIFECYCLE]: StoreLifecycle
}

/** What a root store shares with its sessions. */
export function sharedOf(store: StoreView): StoreRoot {
  return (store as unknown as Internals)[SHARED]
}

/** Whether a store, or a session of one, may be called, and with which keys. */
export function lifecycleOf(store: StoreView): StoreLifecycle {
  return (store as unknown as Internals)[LIFECYCLE]
}

/** What the root store and all its sessions show of what they share. */
export abstract class StoreView extends StoreResource {
  /** The root store; null in the root store itself. */
  abstract readonly root: Corestore | null
  /** The namespace of the names of this store, 32 bytes; zeros unless an option or `namespace()` gave another. */
  abstract readonly ns: Uint8Array
  /** The open Hypercore sessions that were opened through this store. */
  abstract readonly sessions: SessionScope

  constructor(shared: StoreRoot) {
    super()
    const lifecycle = new StoreLifecycle(this as unknown as Corestore, shared)
    Object.defineProperties(this, { [SHARED]: { value: shared }, [LIFECYCLE]: { value: lifecycle } })
  }

  /** The hypercore-storage that all cores are in; closed with the root store. */
  get storage(): CorestoreStorage {
    return sharedOf(this).storage
  }

  /** The open cores of the root store and all its sessions. */
  get cores(): SessionTable {
    return sharedOf(this).table
  }

  /** The open streams: `records` of `{ stream, isExternal }`. */
  get streamTracker(): Replicator['streams'] {
    return sharedOf(this).replicator.streams
  }

  /**
   * The replicator that carries the cores: its events, its figures, and `attach`, `detach` and `setActive`. Closed with
   * the root store.
   */
  get replicator(): Replicator {
    return sharedOf(this).replicator
  }

  /** How far replication has come, by stream and core. O(what is attached, and what differs), not of what is stored. */
  syncView(): SyncView {
    return sharedOf(this).replicator.syncView()
  }

  /** The open sessions and namespaces of the root store. */
  get corestores(): Set<Corestore> {
    return sharedOf(this).stores
  }

  /** The cache that cores share, as it was given to the root store; null = none. */
  get globalCache(): object | null {
    return sharedOf(this).globalCache
  }

  /** 32 secret bytes; null until the store is open, unless the key was given. */
  get primaryKey(): Uint8Array | null {
    return sharedOf(this).primaryKey
  }
}
