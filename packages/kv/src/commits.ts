import { GROUP_BYTES } from './defaults.js'
import type { Op } from './engine.js'
import { EngineError } from './errors.js'
import type { Log } from './log.js'
import { OpWriter, encodeNext } from './log-ops.js'
import type { Memtables } from './memtables.js'

export interface CommitsOptions {
  readonly memtables: Memtables
  /** every record is synced before its batches resolve */
  readonly isSynced: boolean
  /** a memtable that takes more of memory or of its log is full */
  readonly memtableBytes: number
  /** Resolves once a full memtable may be set aside. */
  readonly makeRoom: () => Promise<void>
  /** A new, empty log that goes on from another. */
  readonly createLog: (previous: number) => Promise<Log>
  readonly onRotated: () => void
}

/** `ops` null = the memtable is to be set aside */
interface Waiting {
  readonly ops: readonly Op[] | null
  readonly resolve: () => void
  readonly reject: (err: unknown) => void
}

/**
 * Commits batches in the order of the calls. One record is written at a time; the batches that come
 * meanwhile go down together as the next one.
 */
export class Commits {
  readonly #options: CommitsOptions
  #queue: Waiting[] = []
  #isRunning = false
  #failure: EngineError | null = null

  constructor(options: CommitsOptions) {
    this.#options = options
  }

  get isBusy(): boolean {
    return this.#isRunning
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#enqueue(ops)
  }

  /** Sets the memtable aside, with all that was given before. */
  rotate(): Promise<void> {
    return this.#enqueue(null)
  }

  #enqueue(ops: readonly Op[] | null): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ ops, resolve, reject })
      if (!this.#isRunning) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#queue.length > 0) {
      try {
        await this.#step()
      } catch (err) {
        // Later batches may build on the one that failed.
        for (const { reject } of this.#queue.splice(0)) reject(err)
      }
    }
    this.#isRunning = false
  }

  async #step(): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    const { memtables } = this.#options
    const isRotation = this.#queue[0]!.ops === null
    if (isRotation || this.#isFull()) await this.#rotate()
    if (isRotation) return this.#queue.shift()!.resolve()

    const record = new OpWriter(memtables.active.memtable)
    let count = 0
    do record.add(this.#queue[count++]!.ops!)
    while (record.bytes < GROUP_BYTES && this.#queue[count]?.ops)
    await this.#write(record.finish())
    for (const { ops, resolve } of this.#queue.splice(0, count)) {
      memtables.apply(ops!)
      resolve()
    }
  }

  #isFull(): boolean {
    const { memtable, log } = this.#options.memtables.active
    return Math.max(memtable.bytes, log.bytes) >= this.#options.memtableBytes
  }

  async #rotate(): Promise<void> {
    const { memtables, makeRoom, createLog, isSynced, onRotated } = this.#options
    if (memtables.active.memtable.isEmpty) return
    let next: Log
    try {
      await makeRoom()
      next = await createLog(memtables.active.log.id)
      if (isSynced) await next.sync()
    } catch (cause) {
      throw failed('there is no room for more, until a memtable can be flushed', cause)
    }
    await this.#write(encodeNext(next.id))
    memtables.rotate(next)
    onRotated()
  }

  async #write(record: Uint8Array): Promise<void> {
    const { memtables, isSynced } = this.#options
    const { log } = memtables.active
    try {
      await log.append(record, isSynced)
    } catch (cause) {
      // What of it is on the disk is not known, and another sync would not tell: later batches must not follow it.
      const isCut = await isDone(log.cut())
      const hasNoSpace = (cause as { code?: unknown }).code === 'ENOSPC'
      if (hasNoSpace && isCut && (!isSynced || (await isDone(log.sync()))))
        throw failed('a batch was taken back, for there is no space for it', cause)
      throw (this.#failure = failed('a write to the log failed', cause))
    }
  }
}

function failed(what: string, cause: unknown): EngineError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new EngineError('ENGINE_FAILED', `${what}: ${message}`, { cause })
}

function isDone(promise: Promise<void>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false // the failure before it is told
  )
}
