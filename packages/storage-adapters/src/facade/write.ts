import { EngineError, laterTurn } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import type { Answers } from './answers.js'
import type { EngineState } from './state.js'
import { copyOps, toBytes } from './bytes.js'

/** Changes that flush() commits together. */
export class WriteBatch {
  readonly #state: EngineState
  readonly #answers: Answers
  #ops: Op[] = []

  constructor(state: EngineState, answers: Answers) {
    this.#state = state
    this.#answers = answers
  }

  tryPut(key: Uint8Array, value: Uint8Array | ArrayBufferView | string | null): void {
    this.#ops.push({ type: 'put', key, value: toBytes(value) })
  }

  tryDelete(key: Uint8Array): void {
    this.#ops.push({ type: 'del', key })
  }

  tryDeleteRange(start: Uint8Array, end: Uint8Array): void {
    this.#ops.push({ type: 'delRange', start, end })
  }

  /** Copies everything before it returns, because callers then change their buffers. */
  flush(): Promise<void> {
    const { readOnly, coalescer, engine, recent, closing } = this.#state
    const ops = this.#ops
    this.#ops = []
    return new Promise((resolve, reject) => {
      if (readOnly) {
        const message = `cannot write: the ${engine.name} store was opened read-only`
        return reject(new EngineError('ENGINE_READ_ONLY', message))
      }
      const done = { give: resolve }
      if (closing === null && recent.has(ops)) return void laterTurn().then(() => this.#answers.give(done))
      const copy = copyOps(ops)
      recent.queue(copy)
      const written = (): void => {
        recent.written(copy)
        this.#answers.give(done)
      }
      const failed = (err: unknown): void => {
        recent.failed(copy)
        this.#answers.give({ give: () => reject(err) })
      }
      coalescer.write({ ops: copy, written, failed })
    })
  }

  destroy(): void {
    this.#ops = []
  }
}
