import { GROUP_BYTES } from '../defaults.js'
import { codeOf } from '../disk/failures.js'
import type { Op } from '../engine.js'
import { EngineError } from '../errors.js'
import type { Log } from '../log/log.js'
import { encodeMark, encodeNext, OpWriter } from '../log/ops.js'
import { isAfter, type Position } from '../log/record.js'
import type { Memtables } from './memtables.js'

export interface CommitsOptions {
  readonly memtables: Memtables
  /** Everything before this place survives a loss of power. */
  readonly synced: Position
  /** Every record is synced before its batches resolve. */
  readonly isSynced: boolean
  /** A memtable is full once it, or its log, takes this much. */
  readonly memtableBytes: number
  /** Resolves once a full memtable may be set aside. */
  readonly makeRoom: () => Promise<void>
  /** Makes a new, empty log that continues another, and syncs it. */
  readonly createLog: (previous: number) => Promise<Log>
  /** Called once a memtable has been set aside. */
  readonly onRotated: () => void
}

interface Waiting {
  /** A batch; or 'rotate': set the memtable aside; or 'mark': write down what is synced. */
  readonly work: readonly Op[] | 'rotate' | 'mark'
  readonly resolve: () => void
  readonly reject: (err: unknown) => void
}

/**
 * Commits batches in the order of the calls. One record is written at a time; batches that come meanwhile are written
 * together as the next record (group commit).
 */
export class Commits {
  readonly #options: CommitsOptions
  #queue: Waiting[] = []
  #isRunning = false
  #failure: EngineError | null = null
  #synced: Position
  /** up to where the logs are synced, according to the last record */
  #marked: Position
  /** the end of the last record with a batch in it */
  #dataEnd: Position = { log: 0, offset: 0 }

  constructor(options: CommitsOptions) {
    this.#options = options
    this.#synced = this.#marked = options.synced
  }

  get isBusy(): boolean {
    return this.#isRunning
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#enqueue(ops)
  }

  /** Sets the memtable aside, with all batches that were given before. */
  rotate(): Promise<void> {
    return this.#enqueue('rotate')
  }

  /**
   * Notes that the logs are synced up to a place, so that damage before it is recognised as such. If the note cannot be
   * written, it is not.
   */
  async mark(synced: Position): Promise<void> {
    if (isAfter(synced, this.#synced)) this.#synced = synced
    await this.#enqueue('mark').catch(() => {}) // if the log has failed, batches are told
  }

  #enqueue(work: Waiting['work']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, resolve, reject })
      if (!this.#isRunning) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#queue.length > 0) {
      try {
        await this.#step()
      } catch (err) {
        // Later batches may depend on the one that failed.
        for (const { reject } of this.#queue.splice(0)) reject(err)
      }
    }
    this.#isRunning = false
  }

  async #step(): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    const { memtables } = this.#options
    const { work } = this.#queue[0]!
    if (work === 'mark')
      await this.#mark().catch(() => {}) // there is no space, or the log has failed: batches are told
    else if (work === 'rotate' || this.#isFull()) await this.#rotate()
    if (typeof work === 'string') return this.#queue.shift()!.resolve()

    const record = new OpWriter(memtables.active.memtable)
    const group: (readonly Op[])[] = []
    for (const { work: ops } of this.#queue) {
      if (typeof ops === 'string' || (group.length > 0 && record.bytes >= GROUP_BYTES)) break
      record.add(ops)
      group.push(ops)
    }
    await this.#write(record.finish())
    this.#dataEnd = memtables.active.log.end
    this.#queue.splice(0, group.length).forEach(({ resolve }, i) => {
      memtables.apply(group[i]!)
      resolve()
    })
  }

  #isFull(): boolean {
    const { memtable, log } = this.#options.memtables.active
    return Math.max(memtable.bytes, log.bytes) >= this.#options.memtableBytes
  }

  async #rotate(): Promise<void> {
    const { memtables, makeRoom, createLog, onRotated } = this.#options
    const { memtable, log } = memtables.active
    if (memtable.isEmpty && log.isMarked) return
    let next: Log
    try {
      await makeRoom()
      next = await createLog(log.id) // a record that names it proves that it was made
    } catch (cause) {
      throw failed('there is no room for more until a memtable can be flushed', cause)
    }
    await this.#write(encodeNext(next.id))
    memtables.rotate(next)
    onRotated()
  }

  /** Writes what is synced, unless the records say so already. */
  async #mark(): Promise<void> {
    const { log } = this.#options.memtables.active
    const isNews = isAfter(this.#dataEnd, this.#marked) && isAfter(this.#synced, this.#marked)
    if (isNews && log.isMarked) await this.#write(encodeMark())
  }

  async #write(record: Uint8Array): Promise<void> {
    const { memtables, isSynced } = this.#options
    const { log } = memtables.active
    try {
      await log.append(record, { synced: this.#synced, isSynced })
      this.#marked = this.#synced
      if (isSynced) this.#synced = log.end
    } catch (cause) {
      // How much of it is on the disk is not known, and another sync would not tell: no later batch may follow it.
      const isCut = await isDone(log.cut())
      const hasNoSpace = codeOf(cause) === 'ENOSPC'
      if (hasNoSpace && isCut && (!isSynced || (await isDone(log.sync()))))
        throw failed('the batch was rolled back, because no space is left on the device', cause)
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
    () => false // the failure before this one is what the caller is told
  )
}
