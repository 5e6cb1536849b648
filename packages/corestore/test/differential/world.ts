import { join } from 'node:path'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type { Hypercore } from '@manycore/hypercore-types'
import type { GroupHandle, Store, StoreClass } from '../kit/store.js'

/** A store of the world, and what its watcher was told. */
export interface Opened {
  readonly store: Store
  /** a namespace made read-only: ours hands that on to its children, stock does not */
  readonly leaf: boolean
  readonly watched: string[]
  watcher: ((core: { discoveryKey: Uint8Array }) => void) | null
}

/** A session of the world; a draft knows the session that it would be committed to. */
export interface Held {
  readonly core: Hypercore
  readonly draftOf: Hypercore | null
}

/** One directory, the store in it, and everything a sequence of calls has opened there. */
export class World {
  readonly #Store: StoreClass
  readonly #directory: string
  #mirror: Store | null = null
  stores: Opened[] = []
  held: Held[] = []
  handles: GroupHandle[] = []
  /** keys of all cores seen so far, in the order of their first appearance */
  readonly keys: Uint8Array[] = []
  /** how many cores were made static: stock lets the static core overwrite who the other one is, so
   * that one is never asked for again */
  statics = 0
  /** hex keys of cores that had blocks cleared: Hypercore 11.37.1 then lacks tree nodes to prove others
   * with, and ends the whole stream */
  readonly cleared: Set<string> = new Set()
  /** what the group handles were told */
  readonly groupUpdates: string[] = []

  constructor(Store: StoreClass, directory: string) {
    this.#Store = Store
    this.#directory = directory
    this.open()
  }

  get root(): Store {
    return this.stores[0]!.store
  }

  /** A second store of the same class, to replicate to; opened at its first use. */
  get mirror(): Store {
    this.#mirror ??= this.#create('mirror', 0xbb)
    return this.#mirror
  }

  open(): void {
    this.stores = []
    this.held = []
    this.handles = []
    this.addStore(this.#create('store', 0xaa), false)
  }

  async close(): Promise<void> {
    await this.root.close()
    await this.#mirror?.close()
  }

  addStore(store: Store, leaf: boolean): void {
    this.stores.push({ store, leaf, watched: [], watcher: null })
  }

  /** Waits for a session that was just asked for, then keeps it. */
  async hold(core: Hypercore, draftOf: Hypercore | null = null): Promise<string> {
    await core.ready()
    if (!this.keys.some((key) => b4a.equals(key, core.key!))) this.keys.push(core.key!)
    this.held.push({ core, draftOf })
    return hex(core.key!)
  }

  /** A key that the world has seen, or, where `index` is beyond them, one that it has not. */
  key(index: number): Uint8Array {
    return this.keys[index % (this.keys.length + 1)] ?? crypto.discoveryKey(b4a.alloc(32, 0xcc))
  }

  #create(name: string, byte: number): Store {
    return new this.#Store(join(this.#directory, name), {
      primaryKey: b4a.alloc(32, byte),
      unsafe: true,
      lingerMs: IDLE_MS
    })
  }
}

/** Longer than any sequence takes: no idle core closes, as with stock's stopped clock. */
const IDLE_MS = 3_600_000

export const hex = (bytes: Uint8Array): string => b4a.toString(bytes, 'hex')

/** The entry that `index` selects, counted round; undefined where there is none. */
export const pick = <T>(items: readonly T[], index: number): T | undefined => items[index % items.length]
