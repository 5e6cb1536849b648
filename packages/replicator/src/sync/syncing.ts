import { laterTurn } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'
import type { CoreErrorInfo, ReplicatorEvents } from '../events.js'
import type { PolicyChange } from '../policy/policy-change.js'
import type { CoreSource } from '../source/core-source.js'
import type { Follower, Reports } from '../stats/reports.js'
import { LastErrors } from './last-errors.js'
import { type LevelParts, Levels } from './levels.js'
import type { SyncView } from './sync-view.js'
import { Teller } from './teller.js'
import { Viewer } from './viewer.js'
import { Waiters } from './waiters.js'

/** How far replication has come: for who asks, who waits and who listens. While nobody does, it costs nothing. */
export class Syncing implements Follower {
  readonly #source: CoreSource
  readonly #streams: { readonly records: readonly unknown[] }
  readonly #errors = new LastErrors()
  readonly #viewer: Viewer
  readonly #waiters: Waiters
  readonly #teller: Teller
  #isClosed = false

  constructor(parts: LevelParts & { readonly reports: Reports }) {
    const { source, streams, clock, reports, mirroring } = parts
    const levels = new Levels(parts)
    this.#source = source
    this.#streams = streams
    this.#viewer = new Viewer({ source, streams, levels, errors: this.#errors, reports, mirroring })
    this.#waiters = new Waiters(streams, levels, clock)
    this.#teller = new Teller(this.#viewer, reports, clock)
    reports.follower = this
  }

  moved(core: InnerCore | null): void {
    if (this.#isClosed) return
    this.#waiters.moved(core)
    this.#teller.moved()
  }

  note<K extends keyof ReplicatorEvents>(event: K, args: ReplicatorEvents[K]): void {
    if (event === 'sync') return
    if (event === 'core-error' || event === 'limited') this.#errors.note(...(args as [Error, CoreErrorInfo]))
    const isOfCore = event === 'attach' || event === 'detach'
    this.moved(isOfCore ? (args as ReplicatorEvents['attach'])[0] : null)
  }

  view(): SyncView {
    return this.#viewer.view()
  }

  /** @throws REPLICATOR_CLOSED if close() is called before it is level */
  async synced(peer: PolicyChange['peer']): Promise<void> {
    if (this.#streams.records.length === 0) return
    for (const core of this.#source) {
      if (!core.opened && core.closing === null) await core.opening.catch(noop) // whoever opened it is told
    }
    await laterTurn() // what a session wants that has just opened is offered now
    if (this.#isClosed) throw new ReplicatorError('REPLICATOR_CLOSED', 'close() while synced() was waiting')
    await this.#waiters.wait(peer)
  }

  close(): void {
    this.#isClosed = true
    this.#waiters.close()
    this.#teller.close()
  }
}

function noop(): void {}
