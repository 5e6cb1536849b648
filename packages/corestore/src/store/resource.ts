import ReadyResource from 'ready-resource'
import { emitToEach } from '@manycore/ground'
import type { EventSource, GroupUpdate, Hypercore } from '@manycore/hypercore-types'

/** Events of a store. Those of cores carry a weak session: it does not keep the core open. */
export interface CorestoreEvents {
  /** The store is open. */
  ready: []
  /** The store is closed. */
  close: []
  /** An open core of this group changed; the topic has 32 bytes. */
  'group-active': [topic: Uint8Array, update: GroupUpdate]
  /** A core opened. */
  'core-open': [core: Hypercore]
  /** A core closed. */
  'core-close': [core: Hypercore]
  /** There are two signed histories of one core; its sessions are being closed. */
  conflict: [core: Hypercore, length: number, fork: number, proof: object]
}

/** A ready-resource with typed events; its subclass has `_open()` and `_close()`. */
export interface StoreResource extends EventSource<CorestoreEvents> {
  /** Settles when opening has; null before `ready()` was called. */
  readonly opening: Promise<void> | null
  /** Settles when closing has; null before `close()` was called. */
  readonly closing: Promise<void> | null
  /** Whether the store has opened. */
  readonly opened: boolean
  /** Whether the store has closed. */
  readonly closed: boolean
  /** Resolves once the store is open. One promise, however often it is called. */
  ready(): Promise<void>
  /**
   * Closes the store, even before it has opened or after that failed. One promise, however often it is called.
   */
  close(): Promise<void>
}

/** A listener that throws rejects neither ready() nor close(), which emit in upstream's own code. */
class Resource extends (ReadyResource as unknown as new () => object) {
  emit(name: string | symbol, ...args: unknown[]): boolean {
    return emitToEach(this as never, name, args)
  }
}

export const StoreResource: new () => StoreResource = Resource as never
