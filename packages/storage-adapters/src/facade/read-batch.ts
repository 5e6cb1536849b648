import { laterTurn } from '@manycore/kv'
import { StorageError } from '../errors.js'
import type { Answers } from './answers.js'
import type { EngineState } from './state.js'
import { Read } from './read.js'
import type { SharedSnapshot } from './shared-snapshot.js'

/** Gets that go down together at tryFlush(), with those of every other batch of the turn, and come back together. */
export class ReadBatch {
  readonly #state: EngineState
  readonly #answers: Answers
  readonly #snapshot: SharedSnapshot | null
  #read: Read | null = null

  constructor(state: EngineState, answers: Answers, snapshot: SharedSnapshot | null) {
    this.#state = state
    this.#answers = answers
    this.#snapshot = snapshot
  }

  /** @returns a fresh Buffer, or null when absent */
  get(key: Uint8Array): Promise<Uint8Array | null> {
    if (this.#read === null) {
      this.#read = new Read(this.#answers.ready)
      this.#snapshot?.hold() // the session may close before the turn ends
    }
    return this.#read.get(key)
  }

  tryFlush(): void {
    const read = this.#take()
    if (read === null) return
    this.#answers.begin(read)
    const { turn, recent } = this.#state
    if (this.#snapshot !== null) void this.#readAt(this.#snapshot, read)
    else if (!read.lookUp(recent)) turn.read(read)
    else
      turn.run(laterTurn).then(
        () => read.found([], 0),
        (err: unknown) => read.failed(err)
      )
  }

  destroy(): void {
    const read = this.#take()
    if (read === null) return
    this.#snapshot?.release()
    // As RocksDB does: hypercore-storage keeps what it waits for in its tree cache (lib/tx.js, `getTreeNode()`).
    read.drop(new StorageError('STORAGE_CLOSED', 'a read batch was destroyed before it was flushed'))
  }

  #take(): Read | null {
    const read = this.#read
    this.#read = null
    return read
  }

  async #readAt(snapshot: SharedSnapshot, read: Read): Promise<void> {
    const { turn } = this.#state
    try {
      // Taken before the engine was open, it has a state only once it is.
      read.found(await turn.run(() => turn.readKeys(read.keys, snapshot.at)), 0)
    } catch (err) {
      read.failed(err)
    } finally {
      snapshot.release()
    }
  }
}
