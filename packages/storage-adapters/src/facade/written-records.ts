import b4a from 'b4a'
import type { Op } from '@manycore/kv'
import { PAGES_KEPT, RECORDS_KEPT } from '../defaults.js'
import { isAuthOrHints, isBitfieldPage } from './storage-keys.js'

interface WrittenRecord {
  /** the batch that will write it */
  queued: readonly Op[] | null
  /** what is stored; null = not known */
  value: Uint8Array | null
}

/** By key in hex, the oldest first. */
type Records = Map<string, WrittenRecord>

/**
 * What was written lately of those records that Hypercore comes back to at once. An append reads the bitfield page
 * that the last one wrote (hypercore 11.37.1 lib/session-state.js:712), and commits the hints with the block and
 * then, alone, once more (:730); a new core commits its auth record twice (lib/core.js:356). Each is a trip to the
 * engine for what is known.
 */
export class WrittenRecords {
  readonly #records: Records = new Map()
  readonly #pages: Records = new Map()

  /** @returns what is stored, a fresh copy; null = not known here */
  get(key: Uint8Array): Uint8Array | null {
    const value = this.#of(key)?.get(toHex(key))?.value
    return value ? b4a.from(value) : null
  }

  /** Is this one record, written already? */
  has(ops: readonly Op[]): boolean {
    const [op] = ops
    if (op === undefined || ops.length > 1 || op.type !== 'put') return false
    const value = this.#of(op.key)?.get(toHex(op.key))?.value
    return !!value && b4a.equals(value, op.value)
  }

  /** What is queued now: until it is written, nobody knows what is stored. */
  queue(ops: readonly Op[]): void {
    for (const op of ops) {
      if (op.type === 'delRange') {
        this.#records.clear()
        this.#pages.clear()
        continue
      }
      const records = this.#of(op.key)
      if (records === null) continue
      const key = toHex(op.key)
      records.delete(key)
      records.set(key, { queued: ops, value: null })
      const most = records === this.#pages ? PAGES_KEPT : RECORDS_KEPT
      if (records.size > most) records.delete(records.keys().next().value!)
    }
  }

  /** What was queued is written; where nothing else was queued since, it is what is stored. */
  written(ops: readonly Op[]): void {
    for (const op of ops) {
      if (op.type !== 'put') continue
      const record = this.#of(op.key)?.get(toHex(op.key))
      if (record?.queued !== ops) continue
      record.queued = null
      record.value = b4a.from(op.value)
    }
  }

  #of(key: Uint8Array): Records | null {
    if (isAuthOrHints(key)) return this.#records
    return isBitfieldPage(key) ? this.#pages : null
  }
}

function toHex(key: Uint8Array): string {
  return b4a.toString(key, 'hex')
}
