import b4a from 'b4a'
import { badArgument } from '@manycore/ground'
import type { EngineIterator, Op } from '@manycore/kv'
import { CHANGES_READ } from '../defaults.js'
import { StorageError } from '../errors.js'
import type { EngineState } from '../facade/state.js'
import type { ChangeJournal, Checkpoint, CoreChange, DerivedStore } from './change-journal.js'
import { DERIVED_PREFIX, changeKey, decodeChange } from './layout.js'

/** The journal of a store, for those who use it: its calls take their turn with those of the store. */
export class StoreJournal implements ChangeJournal {
  readonly engine: DerivedStore
  readonly #state: EngineState
  #opening: Promise<void> | null = null

  constructor(state: EngineState) {
    this.#state = state
    this.engine = new StoreOfDerived(state)
  }

  get epoch(): Uint8Array | null {
    const { epoch } = this.#state.journal
    return epoch && b4a.from(epoch)
  }

  get prefix(): Uint8Array {
    return b4a.from(DERIVED_PREFIX) // slice() of a Buffer would be the same memory
  }

  open(): Promise<void> {
    this.#opening ??= this.#make().finally(() => (this.#opening = null))
    return this.#opening
  }

  async checkpoint(): Promise<Checkpoint> {
    this.#state.check('checkpoint()')
    for (;;) {
      await this.#written()
      const checkpoint = await this.#state.journal.checkpoint()
      if (checkpoint !== null) return checkpoint
      await this.open()
    }
  }

  hasChanged(since: Checkpoint): boolean {
    const { epoch, counter } = this.#state.journal
    return epoch === null || !b4a.equals(epoch, since.epoch) || counter > since.counter
  }

  async *since(from: Checkpoint, to: Checkpoint): AsyncGenerator<CoreChange[]> {
    const { engine, coalescer, journal } = this.#state
    this.#checkEpochs(from, to)
    const lt = changeKey(to.counter + 1)
    for (let next = from.counter + 1; next <= to.counter;) {
      const rows = await coalescer.run(async () => engine.iterator({ gte: changeKey(next), lt }))
      const read = async (): Promise<(CoreChange | null)[]> =>
        (await rows.next(CHANGES_READ)).map(({ key, value }) => decodeChange(key, value))
      const changes = await coalescer.run(read).finally(() => rows.close())
      if (changes.includes(null)) await coalescer.run(() => engine.run(() => journal.end())).catch(() => {}) // it is over in any case
      this.#checkEpochs(from, to)
      const last = changes.at(-1)
      if (!last) return
      yield changes as CoreChange[]
      next = last.counter + 1
    }
  }

  #checkEpochs(...checkpoints: Checkpoint[]): void {
    const { epoch } = this.#state.journal
    if (epoch !== null && checkpoints.every((checkpoint) => b4a.equals(epoch, checkpoint.epoch))) return
    throw new StorageError(
      'JOURNAL_STALE',
      'the journal no longer says what has changed since that checkpoint'
    )
  }

  /** Resolves once everything is written that was queued before. */
  #written(): Promise<void> {
    return new Promise((resolve) =>
      this.#state.coalescer.write({ ops: [], written: resolve, failed: () => resolve() })
    )
  }

  async #make(): Promise<void> {
    const { coalescer, engine, journal } = this.#state
    const step = <T>(fn: () => Promise<T>): Promise<T> => {
      this.#state.check('open() of the journal')
      return coalescer.run(() => engine.run(fn))
    }
    await step(async () => {})
    while (journal.epoch === null) {
      const making = await step(() => journal.begin())
      let at: Uint8Array | null = null
      do at = await step(() => journal.step(making, at))
      while (at !== null)
      await step(() => journal.finish(making))
    }
  }
}

/** The engine of a store, for keys with the prefix of what is derived. */
class StoreOfDerived implements DerivedStore {
  readonly #state: EngineState

  constructor(state: EngineState) {
    this.#state = state
  }

  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    const { coalescer, engine } = this.#state
    return coalescer.run(() => engine.getMany(keys))
  }

  batch(ops: readonly Op[]): Promise<void> {
    const { coalescer, engine } = this.#state
    return coalescer.run(async () => {
      for (const op of ops) {
        if (op.type !== 'delRange') checkKey(op.key)
        else if (b4a.compare(op.start, op.end) < 0) checkRange(op.start, op.end)
      }
      await engine.put(ops)
    })
  }

  iterator(range: {
    readonly gte: Uint8Array
    readonly lt: Uint8Array
    readonly reverse?: boolean
  }): EngineIterator {
    const { coalescer, engine } = this.#state
    const rows = engine.iterator(range)
    return { next: (max) => coalescer.run(() => rows.next(max)), close: () => rows.close() }
  }
}

function checkKey(key: Uint8Array): void {
  if (!startsWith(key)) throw badArgument('key', 'one that begins with the prefix of the journal', key)
}

function checkRange(start: Uint8Array, end: Uint8Array): void {
  checkKey(start)
  if (!startsWith(end) && b4a.compare(end, PREFIX_END) > 0)
    throw badArgument('end', 'at most the first key after those with the prefix of the journal', end)
}

function startsWith(key: Uint8Array): boolean {
  return b4a.equals(key.subarray(0, DERIVED_PREFIX.byteLength), DERIVED_PREFIX)
}

/** The first key after all that begin with the prefix. */
const PREFIX_END = b4a.from(DERIVED_PREFIX)
PREFIX_END[PREFIX_END.byteLength - 1]!++
