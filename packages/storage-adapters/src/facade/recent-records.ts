import b4a from 'b4a'
import { BoundedMap } from '@manycore/ground'
import type { Op } from '@manycore/kv'
import { PAGES_KEPT, RECORDS_KEPT } from '../defaults.js'
import { isBitfieldPage, isCoreOrHead, isAuthOrHints } from '../upstream/storage-keys.js'

interface RecentRecord {
  /** the batch that will write it, or the read under way */
  pending: object | null
  /** the stored value; null = absent, undefined = not known */
  value: Uint8Array | null | undefined
}

/** By key, in hex. */
type Records = BoundedMap<string, RecentRecord>

/**
 * Records that Hypercore and hypercore-storage come back to at once; each time would be a trip to the engine for
 * what is known. An append reads the bitfield page that the last one wrote, and commits the hints with the block and
 * then once more, alone (Hypercore's lib/session-state.js, `append()`). A new core is looked for twice, the second
 * time while all other new cores wait (hypercore-storage, `_create()`), and commits its auth record twice (Hypercore's
 * lib/core.js, `_tryOpen()`). A core that a remote asks for is looked for before it is opened.
 */
export class RecentRecords {
  readonly #records: Records = new BoundedMap(RECORDS_KEPT)
  readonly #pages: Records = new BoundedMap(PAGES_KEPT)
  /** What was queued last and is not written yet, by key, in hex: what a read finds there may be old when it is answered. */
  readonly #queued = new Map<string, readonly Op[]>()
  /** Queued ops that delete ranges: the same is true of every key. */
  readonly #ranges = new Set<readonly Op[]>()

  /** @returns a fresh copy of the stored value; null = absent, undefined = not known here */
  get(key: Uint8Array): Uint8Array | null | undefined {
    const value = this.#of(key)?.get(toHex(key))?.value
    return value ? b4a.from(value) : value
  }

  /** Whether these ops are one record that is already stored as it is. */
  has(ops: readonly Op[]): boolean {
    const [op] = ops
    if (op === undefined || ops.length > 1 || op.type !== 'put') return false
    const value = this.#of(op.key)?.get(toHex(op.key))?.value
    return !!value && b4a.equals(value, op.value)
  }

  /**
   * Called when a read begins.
   * @returns a function that takes the value it found; null = this record is not kept
   */
  read(key: Uint8Array): ((found: Uint8Array | null) => void) | null {
    if (!isCoreOrHead(key) || this.#ranges.size > 0) return null
    const hex = toHex(key)
    if (this.#queued.has(hex)) return null
    const record: RecentRecord = { pending: {}, value: undefined }
    // One that was read or written already is better known.
    if (!this.#records.has(hex)) setYoungest(this.#records, hex, record)
    return (found) => {
      if (this.#records.get(hex) === record) this.#settle(record, found)
    }
  }

  /** Called when ops are queued: until they are written, nobody knows what is stored. */
  queue(ops: readonly Op[]): void {
    for (const op of ops) {
      if (op.type === 'delRange') {
        this.clear()
        this.#ranges.add(ops)
        continue
      }
      const records = this.#of(op.key)
      if (records === null) continue
      const hex = toHex(op.key)
      this.#queued.set(hex, ops)
      setYoungest(records, hex, { pending: ops, value: undefined })
    }
  }

  /** Called when queued ops were written: they are what is stored, unless others were queued since. */
  written(ops: readonly Op[]): void {
    this.failed(ops)
    // From the end, because the last of several changes of one record counts.
    for (const op of ops.toReversed()) {
      if (op.type === 'delRange') continue // queue() has forgotten everything before it
      const record = this.#of(op.key)?.get(toHex(op.key))
      if (record?.pending === ops) this.#settle(record, op.type === 'put' ? op.value : null)
    }
  }

  /** Called when queued ops could not be written: what is stored of them is read again each time. */
  failed(ops: readonly Op[]): void {
    this.#ranges.delete(ops)
    for (const op of ops) {
      if (op.type === 'delRange' || this.#of(op.key) === null) continue
      const hex = toHex(op.key)
      if (this.#queued.get(hex) === ops) this.#queued.delete(hex)
    }
  }

  /** Called when somebody else may write. */
  clear(): void {
    this.#records.clear()
    this.#pages.clear()
  }

  #of(key: Uint8Array): Records | null {
    if (isAuthOrHints(key) || isCoreOrHead(key)) return this.#records
    return isBitfieldPage(key) ? this.#pages : null
  }

  #settle(record: RecentRecord, value: Uint8Array | null): void {
    record.pending = null
    record.value = value && b4a.from(value)
  }
}

function setYoungest(records: Records, hex: string, record: RecentRecord): void {
  records.delete(hex)
  records.set(hex, record)
}

function toHex(key: Uint8Array): string {
  return b4a.toString(key, 'hex')
}
