import { laterTurn } from '@manycore/kv'
import type { Engine, EngineSnapshot, Op } from '@manycore/kv'
import { WRITES_AT_ONCE } from '../defaults.js'
import { Rounds } from './answers.js'

/** Who is told what was read. */
export interface Reader {
  readonly keys: readonly Uint8Array[]
  /** The values of its keys begin at index `start`; null = absent. */
  found(values: readonly (Uint8Array | null)[], start: number): void
  failed(err: unknown): void
}

interface Reads {
  readonly keys: Uint8Array[]
  readonly readers: Reader[]
}

/** Who is told that its ops were written. */
export interface Writer {
  readonly ops: readonly Op[]
  written(): void
  failed(err: unknown): void
}

/**
 * Coalesces the calls that all sessions of a database make in one turn of the event loop: all gets go down as one
 * `getMany()` per snapshot, all writes as one atomic batch, in the order of their flushes. Gets read the state at the
 * end of the turn, so that a reader sees every flush that resolved before it asked.
 *
 * If the engine is idle and nobody waits for an answer, the turn ends with the event it began in, so that a lone call
 * waits for nobody; otherwise it ends with the next pass of the event loop. Writes that arrive during a write wait for
 * it and go down together, a few dozen at a time: whoever waited for the first goes on while the engine writes the
 * next.
 */
export class Coalescer {
  /** shared by all sessions of the database */
  readonly rounds: Rounds = new Rounds()
  readonly #engine: Engine
  /** resolves when the engine is open; null = it is open */
  readonly #gate: () => Promise<void> | null
  #reads = new Map<EngineSnapshot | undefined, Reads>()
  #writes: Writer[] = []
  #scheduled = false
  #isWriting = false
  #running = 0
  #onidle: (() => void)[] = []

  constructor(engine: Engine, gate: () => Promise<void> | null) {
    this.#engine = engine
    this.#gate = gate
  }

  read(reader: Reader, at?: EngineSnapshot): void {
    let reads = this.#reads.get(at)
    if (reads === undefined) this.#reads.set(at, (reads = { keys: [], readers: [] }))
    for (const key of reader.keys) reads.keys.push(key)
    reads.readers.push(reader)
    this.#schedule()
  }

  /** @returns one value per key, in the same order; null = absent */
  readKeys(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<readonly (Uint8Array | null)[]> {
    return new Promise((resolve, failed) => {
      const found: Reader['found'] = (values, start) => resolve(values.slice(start, start + keys.length))
      this.read({ keys, found, failed }, at)
    })
  }

  /** From now on the ops belong to the engine. */
  write(writer: Writer): void {
    this.#schedule()
    this.#writes.push(writer)
  }

  /** Runs something that idle() waits for, once the gate is open. */
  async run<T>(fn: () => Promise<T>): Promise<T> {
    this.#running++
    try {
      for (let gate = this.#gate(); gate !== null; gate = this.#gate()) await gate
      return await fn()
    } finally {
      if (--this.#running === 0 && !this.#scheduled && this.#writes.length === 0)
        for (const resolve of this.#onidle.splice(0)) resolve()
    }
  }

  /** Resolves when nothing is queued, under way or unanswered. A call that waits for the gate is under way. */
  async idle(): Promise<void> {
    while (this.#isBusy() || this.rounds.isWaiting) {
      if (this.#isBusy()) await new Promise<void>((resolve) => this.#onidle.push(resolve))
      else await laterTurn()
    }
  }

  #isBusy(): boolean {
    return this.#running > 0 || this.#scheduled || this.#writes.length > 0
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    if (this.#running === 0 && !this.rounds.isWaiting) afterEvent(this.#end)
    else void laterTurn().then(this.#end)
  }

  readonly #end = (): void => {
    this.#scheduled = false
    if (this.#writes.length > 0 && !this.#isWriting) void this.#write()
    if (this.#reads.size === 0) return
    const reads = this.#reads
    this.#reads = new Map()
    for (const [at, each] of reads) void this.#read(each, at)
  }

  async #read({ keys, readers }: Reads, at: EngineSnapshot | undefined): Promise<void> {
    try {
      const values = await this.run(() => this.#engine.getMany(keys, at))
      let start = 0
      for (const reader of readers) {
        reader.found(values, start)
        start += reader.keys.length
      }
    } catch (err) {
      for (const reader of readers) reader.failed(err)
    }
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    const writes = this.#writes.splice(0, WRITES_AT_ONCE)
    const ops = writes.length === 1 ? writes[0]!.ops : writes.flatMap((write) => write.ops)
    let failure: { err: unknown } | null = null
    try {
      await this.run(() => this.#engine.batch(ops))
    } catch (err) {
      failure = { err }
    }
    // The engine writes on while whoever waited goes on.
    this.#isWriting = false
    if (this.#writes.length > 0) void this.#write()
    for (const writer of writes) {
      if (failure === null) writer.written()
      else writer.failed(failure.err)
    }
  }
}

/** Calls a function once everything that follows at once from the current event has run; Node and Electron have a hook for that. */
const afterEvent: (fn: () => void) => void =
  (globalThis as { process?: { nextTick?(fn: () => void): void } }).process?.nextTick ?? queueMicrotask
