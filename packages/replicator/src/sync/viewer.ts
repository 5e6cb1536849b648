import b4a from 'b4a'
import type { InnerCore } from '@manycore/hypercore-types'
import type { PolicyGate } from '../attach/policy-gate.js'
import type { LinkView, StoredDifference } from './link-view.js'
import type { Mirroring } from '../mirror/mirroring.js'
import type { CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'
import type { Standing } from '../wire/sync/standing.js'
import { ENTRIES_PER_STREAM } from './defaults.js'
import type { LastErrors } from './last-errors.js'
import type { Levels } from './levels.js'
import type { CoreSync, StreamSync, SyncView } from './sync-view.js'

/** What views are made of. */
export interface ViewParts {
  readonly source: CoreSource
  readonly streams: StreamSet<PolicyGate>
  readonly levels: Levels
  readonly errors: LastErrors
  readonly reports: Reports
  readonly mirroring: Mirroring
}

/** Makes views. Nothing is counted for them but what `stats()` tells, so it costs nothing that there may be one. */
export class Viewer {
  readonly #parts: ViewParts

  constructor(parts: ViewParts) {
    this.#parts = parts
  }

  /** O(what is attached, and what differs). */
  view(): SyncView {
    const { streams, levels, mirroring, errors, reports } = this.#parts
    const sheets = new Map<OpenStream, Sheet>()
    for (const record of streams) sheets.set(record, new Sheet(record, mirroring.view(record), errors))
    for (const [core, record] of levels.pairs()) {
      sheets.get(record)!.add(core, levels.standing(core, record))
    }
    const views = Array.from(sheets, ([record, sheet]) => {
      return sheet.close(
        levels.isSettled(record as OpenStream<PolicyGate>),
        reports.figures.received(record.stream)
      )
    })
    this.#name([...sheets.values()].flatMap(({ entries }) => entries))
    return { isLevel: views.every(({ isLevel }) => isLevel), streams: views }
  }

  #name(entries: readonly Entry[]): void {
    const { source, reports } = this.#parts
    const keys = entries.map(({ discoveryKey }) => discoveryKey)
    const names = source.namesOf?.(keys, () => reports.moved(null)) ?? []
    for (const [i, found] of names.entries()) {
      const entry = entries[i]!
      entry.name = found?.name ?? null
      entry.namespace = found?.namespace ?? null
    }
  }
}

/** The view of one stream, while it is written. */
class Sheet {
  readonly #record: OpenStream
  readonly #mirror: LinkView | null
  readonly #errors: LastErrors
  readonly #failed: Set<string>
  /** Those of the view, once it is closed. */
  entries: readonly Entry[] = []
  readonly #withError: Entry[] = []
  readonly #differing: Entry[] = []
  readonly #others: Entry[] = []
  readonly #cores = { total: 0, differing: 0, done: 0 }
  #missing = 0
  /** Of what is missing: bytes that can be told by their core, and blocks of which they cannot. */
  #bytes = 0
  #unknown = 0

  constructor(record: OpenStream, mirror: LinkView | null, errors: LastErrors) {
    this.#record = record
    this.#mirror = mirror
    this.#errors = errors
    this.#failed = new Set(errors.cores(record.stream))
  }

  add(core: InnerCore, standing: Standing): void {
    const { key, discoveryKey } = core
    const isMirrored = this.#mirror?.meet(discoveryKey) ?? false
    const isLevel = standing.isLevel && !(this.#mirror?.differs(discoveryKey) ?? false)
    if (!isMirrored) this.#cores.total++
    if (!isMirrored && isLevel && standing.isMoved) this.#cores.done++
    this.#expect(standing.missing, standing.blockBytes)
    this.#enter(key, discoveryKey, { ...standing, isLevel })
  }

  close(isSettled: boolean, received: { blocks: number; bytes: number }): StreamSync {
    const { stream, noise } = this.#record
    for (const difference of this.#mirror?.differences() ?? []) this.#addStored(difference)
    if (this.#mirror !== null) {
      this.#cores.total += this.#mirror.total
      this.#cores.done += this.#mirror.done
    }
    for (const id of this.#failed) this.#enter(null, b4a.from(id, 'hex'), null)
    const average = received.blocks === 0 ? 0 : received.bytes / received.blocks
    this.entries = [...this.#withError, ...this.#differing, ...this.#others].slice(0, ENTRIES_PER_STREAM)
    const bytes = Math.round(this.#bytes + this.#unknown * average)
    return {
      stream,
      remotePublicKey: noise.remotePublicKey,
      isMirroring: this.#mirror?.isMirroring ?? false,
      isOpening: !noise.connected || (this.#mirror?.isOpening ?? false),
      isLevel: isSettled && this.#cores.differing === 0,
      lastError: this.#mirror?.lastError ?? null,
      cores: this.#cores,
      blocks: { received: received.blocks, expected: received.blocks + this.#missing },
      bytes: { received: received.bytes, expected: received.bytes + bytes },
      entries: this.entries
    }
  }

  #addStored({ key, discoveryKey, ours, theirs }: StoredDifference): void {
    const missing = theirs === null ? 0 : Math.max(0, theirs.held - ours.held)
    this.#expect(missing, 0)
    this.#enter(key, discoveryKey, {
      isLevel: false,
      isOpen: false,
      length: ours.length,
      fork: ours.fork,
      remoteLength: theirs?.length ?? null,
      remoteFork: theirs?.fork ?? null,
      have: ours.held,
      want: Math.max(ours.length - ours.held, missing),
      missing,
      uploading: 0,
      told: 0
    })
  }

  #expect(missing: number, blockBytes: number): void {
    this.#missing += missing
    if (blockBytes === 0) this.#unknown += missing
    else this.#bytes += missing * blockBytes
  }

  /** @param at  null = the core is not open here */
  #enter(key: Uint8Array | null, discoveryKey: Uint8Array, at: Place | null): void {
    if (at?.isLevel === false) this.#cores.differing++
    if (this.#failed.size > 0) this.#failed.delete(b4a.toString(discoveryKey, 'hex'))
    const lastError = this.#errors.show(discoveryKey, this.#record.stream, at)
    const inOrder = at?.isLevel === false ? this.#differing : this.#others
    const list = lastError === null ? inOrder : this.#withError
    if (list.length >= ENTRIES_PER_STREAM) return
    const { length, fork, remoteLength, remoteFork, have, want, missing, uploading } = at ?? NOWHERE
    const [isOpen, isLevel] = [at?.isOpen ?? false, at?.isLevel ?? true]
    const counts = { length, fork, remoteLength, remoteFork, have, want, missing, uploading }
    list.push({ key, discoveryKey, name: null, namespace: null, isOpen, isLevel, ...counts, lastError })
  }
}

/** An entry whose name may not be there yet. */
type Entry = Omit<CoreSync, 'name' | 'namespace'> & { name: string | null; namespace: Uint8Array | null }

/** What an entry tells of a standing. */
type Place = Omit<CoreSync, 'key' | 'discoveryKey' | 'name' | 'namespace' | 'lastError'> &
  Pick<Standing, 'told'>

const NOWHERE = {
  length: 0,
  fork: 0,
  remoteLength: null,
  remoteFork: null,
  have: 0,
  want: 0,
  missing: 0,
  uploading: 0
}
