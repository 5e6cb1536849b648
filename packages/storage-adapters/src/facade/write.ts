import b4a from 'b4a'
import { EngineError, laterTurn } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { OWN_COPY_BYTES } from '../defaults.js'
import type { Answers } from './answers.js'
import type { EngineState } from './state.js'
import { toBytes } from './bytes.js'

/** Changes that are committed together, at flush(). */
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

  /** Copies everything at once: callers change their buffers as soon as this has returned. */
  flush(): Promise<void> {
    const { readOnly, turn, engine, recent, closing } = this.#state
    const ops = this.#ops
    this.#ops = []
    return new Promise((resolve, reject) => {
      const failed = (err: unknown): void => this.#answers.give({ give: () => reject(err) })
      if (readOnly) {
        const message = `a write to a ${engine.name} store opened read-only`
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
      turn.write({ ops: copy, written, failed })
    })
  }

  destroy(): void {
    this.#ops = []
  }
}

/**
 * The keys and small values of a batch in one allocation. A large value has its own, so that it does not
 * stay in memory for as long as any of the small ones: Hypercore's bitfield page is rewritten at every append.
 */
function copyOps(ops: readonly Op[]): Op[] {
  let size = 0
  for (const op of ops) {
    size += op.type === 'delRange' ? op.start.byteLength + op.end.byteLength : op.key.byteLength
    if (op.type === 'put' && op.value.byteLength < OWN_COPY_BYTES) size += op.value.byteLength
  }
  const slab = b4a.allocUnsafeSlow(size)
  let offset = 0
  const copy = (bytes: Uint8Array): Uint8Array => {
    const start = offset
    slab.set(bytes, start)
    return slab.subarray(start, (offset += bytes.byteLength))
  }
  const copyValue = (value: Uint8Array): Uint8Array => {
    if (value.byteLength < OWN_COPY_BYTES) return copy(value)
    const own = b4a.allocUnsafeSlow(value.byteLength)
    own.set(value)
    return own
  }
  return ops.map((op): Op => {
    if (op.type === 'put') return { type: 'put', key: copy(op.key), value: copyValue(op.value) }
    if (op.type === 'del') return { type: 'del', key: copy(op.key) }
    return { type: 'delRange', start: copy(op.start), end: copy(op.end) }
  })
}
