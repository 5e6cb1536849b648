import b4a from 'b4a'
import { FieldReader, FieldWriter } from '../bytes/fields.js'
import { PATCH_MIN_BYTES } from '../defaults.js'
import type { Op } from '../engine.js'
import type { Memtable } from '../memtable/memtable.js'
import { RECORD_HEADER_BYTES } from './record.js'

const PUT = 1
const DEL = 2
const DEL_RANGE = 3
/** Bytes that replace those at an offset of the value that this log has given the key before. */
const PATCH = 4
/** The number of the next log. Nothing follows in this one. */
const NEXT = 5
/** Nothing; its record is there to say up to where the logs were synced. */
const MARK = 6

/** Writes batches as the payload of one record. */
export class OpWriter {
  readonly #memtable: Memtable
  readonly #fields = new FieldWriter(RECORD_HEADER_BYTES)
  /** by key, in hex: the value that an earlier op of this record gave it; null = it cannot be patched */
  readonly #touched = new Map<string, Uint8Array | null>()
  /** true = there was a deleted range, which may have touched any key */
  #ranges = false

  /** @param memtable  the result of the earlier records of the log: a reader of the log will have the same */
  constructor(memtable: Memtable) {
    this.#memtable = memtable
  }

  get bytes(): number {
    return this.#fields.length
  }

  add(ops: readonly Op[]): void {
    for (const op of ops) {
      if (op.type === 'put') this.#put(op.key, op.value)
      else if (op.type === 'del') {
        this.#fields.varint(DEL)
        this.#fields.bytes(op.key)
        this.#touched.set(b4a.toString(op.key, 'hex'), null)
      } else {
        this.#fields.varint(DEL_RANGE)
        this.#fields.bytes(op.start)
        this.#fields.bytes(op.end)
        this.#ranges = true
      }
    }
  }

  /** Room for the header, then the payload. */
  finish(): Uint8Array {
    return this.#fields.finish()
  }

  #put(key: Uint8Array, value: Uint8Array): void {
    const name = b4a.toString(key, 'hex')
    const patch = value.byteLength < PATCH_MIN_BYTES ? null : this.#change(name, key, value)
    this.#touched.set(name, value)
    this.#fields.varint(patch === null ? PUT : PATCH)
    this.#fields.bytes(key)
    if (patch === null) return this.#fields.bytes(value)
    this.#fields.varint(patch.from)
    this.#fields.bytes(value.subarray(patch.from, patch.to))
  }

  /** From the first to the last changed byte, if a reader will know the value before; otherwise null. */
  #change(name: string, key: Uint8Array, value: Uint8Array): { from: number; to: number } | null {
    if (this.#ranges) return null
    const before = this.#touched.has(name) ? this.#touched.get(name) : this.#memtable.get(key)
    if (!before || before.byteLength !== value.byteLength) return null
    let from = 0
    let to = value.byteLength
    while (from < to && before[from] === value[from]) from++
    while (to > from && before[to - 1] === value[to - 1]) to--
    return to - from < value.byteLength ? { from, to } : null
  }
}

/** The last record of a log. */
export function encodeNext(log: number): Uint8Array {
  const fields = new FieldWriter(RECORD_HEADER_BYTES, 64)
  fields.varint(NEXT)
  fields.varint(log)
  return fields.finish()
}

/** A record that only says up to where the logs were synced. */
export function encodeMark(): Uint8Array {
  const fields = new FieldWriter(RECORD_HEADER_BYTES, 64)
  fields.varint(MARK)
  return fields.finish()
}

/**
 * Applies the payload of a record. From then on the memtable refers to its bytes.
 * @returns  the next log, if this record ends its log; null = more records may follow; undefined = the payload makes no
 *           sense (its checksum is right, so that is how it was written)
 */
export function applyRecord(payload: Uint8Array, memtable: Memtable): number | null | undefined {
  const fields = new FieldReader(payload)
  const bytes = (): Uint8Array => fields.slice(fields.varint())
  while (fields.offset < payload.byteLength) {
    const kind = fields.varint()
    if (kind === PUT) memtable.apply([{ type: 'put', key: bytes(), value: bytes() }])
    else if (kind === DEL) memtable.apply([{ type: 'del', key: bytes() }])
    else if (kind === DEL_RANGE) memtable.apply([{ type: 'delRange', start: bytes(), end: bytes() }])
    else if (kind === PATCH) {
      const key = bytes()
      const value = memtable.get(key)
      const from = fields.varint()
      const change = fields.slice(fields.varint())
      if (!value || from + change.byteLength > value.byteLength) return undefined
      const patched = b4a.from(value)
      patched.set(change, from)
      memtable.apply([{ type: 'put', key, value: patched }])
    } else if (kind === NEXT) return fields.varint()
    else if (kind !== MARK) return undefined
  }
  return null
}
