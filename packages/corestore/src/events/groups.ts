import b4a from 'b4a'
import { Emitter, aBoolean, aCount, optional, readGiven } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { CorestoreStorage, GroupUpdate, ReadableStream } from '@manycore/hypercore-types'
import type { RowStreams } from '../stored/row-streams.js'

type Updates = (topic: Uint8Array, opts?: UpdatesOptions) => ReadableStream<Uint8Array>

/** Options of `updates()` of a group. */
export interface UpdatesOptions {
  /** Milliseconds since 1970: only updates from then on. */
  since?: number
  /** True: the latest update first. */
  reverse?: boolean
}

const UPDATES = {
  since: { check: optional(aCount), default: 0, unit: 'ms' },
  reverse: { check: optional(aBoolean), default: true }
} satisfies OptionTable<UpdatesOptions>

/** All handles of a store and its sessions, by topic. */
export class GroupNotifier {
  readonly #handles = new Map<string, Set<GroupHandle>>()
  readonly #updates: Updates

  constructor(storage: CorestoreStorage, rows: RowStreams) {
    this.#updates = (topic, opts) =>
      rows.from(async () => {
        const group = await storage.getGroup(topic)
        return group === null ? null : storage.createGroupUpdateStream(group, opts)
      })
  }

  add(topic: Uint8Array): GroupHandle {
    const id = b4a.toString(topic, 'hex')
    const handles = this.#handles.get(id) ?? new Set()
    this.#handles.set(id, handles)
    const handle = new GroupHandle(topic, this.#updates, () => {
      if (handles.delete(handle) && handles.size === 0) this.#handles.delete(id)
    })
    handles.add(handle)
    return handle
  }

  emit(topic: Uint8Array, update: GroupUpdate): void {
    const handles = this.#handles.get(b4a.toString(topic, 'hex'))
    if (handles) for (const handle of handles) handle.emit('update', update)
  }
}

/** Returned by `store.notifyGroup(topic)`: emits 'update' when an open core of the group changes. */
export class GroupHandle extends Emitter<{ update: [update: GroupUpdate] }> {
  readonly #topic: Uint8Array
  readonly #updates: Updates
  readonly #remove: () => void

  /** Made by `store.notifyGroup()`. */
  constructor(topic: Uint8Array, updates: Updates, remove: () => void) {
    super()
    this.#topic = topic
    this.#updates = updates
    this.#remove = remove
  }

  /** The keys of the group's cores, 32 bytes each, ordered by the time of their last update. @throws BAD_ARGUMENT */
  updates(opts?: UpdatesOptions): ReadableStream<Uint8Array> {
    return this.#updates(this.#topic, readGiven(opts, UPDATES))
  }

  /** From now on the handle emits nothing. */
  destroy(): void {
    this.#remove()
  }
}
