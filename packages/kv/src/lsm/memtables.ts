import type { Op } from '../engine.js'
import type { Log } from '../log/log.js'
import { Memtable, type ReadonlyMemtable } from '../memtable/memtable.js'

/** A memtable and the log that makes it again after a crash. */
export interface Logged {
  readonly memtable: Memtable
  readonly log: Log
}

/** The newest layers: a memtable that is written to, and full ones that wait to be flushed. */
export class Memtables {
  #active: Logged
  /** newest first */
  #sealed: readonly Logged[]

  constructor(active: Logged, sealed: readonly Logged[]) {
    this.#active = active
    this.#sealed = sealed
  }

  get active(): Logged {
    return this.#active
  }

  /** The next one to be flushed. */
  get oldest(): Logged | undefined {
    return this.#sealed.at(-1)
  }

  get sealedCount(): number {
    return this.#sealed.length
  }

  all(): readonly Logged[] {
    return [this.#active, ...this.#sealed]
  }

  /** For look-ups before the next await: the first of them changes. */
  layers(): ReadonlyMemtable[] {
    return this.all().map(({ memtable }) => memtable)
  }

  snapshot(): ReadonlyMemtable[] {
    return [this.#active.memtable.snapshot(), ...this.#sealed.map(({ memtable }) => memtable)]
  }

  apply(ops: readonly Op[]): void {
    this.#active.memtable.apply(ops)
  }

  rotate(log: Log): void {
    this.#sealed = this.all()
    this.#active = { memtable: new Memtable(), log }
  }

  /** The log of the layer after the oldest one. */
  logAfterOldest(): Log {
    return (this.#sealed.at(-2) ?? this.#active).log
  }

  dropOldest(): void {
    this.#sealed = this.#sealed.slice(0, -1)
  }
}
