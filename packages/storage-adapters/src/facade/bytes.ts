import b4a from 'b4a'
import type { Op } from '@manycore/kv'
import { OWN_COPY_BYTES } from '../defaults.js'

/** The class that b4a makes: Buffer if there is one, Uint8Array elsewhere. */
const Bytes = b4a.alloc(0).constructor

/** Returns a Buffer (where there are Buffers) over the same memory, or of the text; null = 0 bytes. */
export function toBytes(value: Uint8Array | ArrayBufferView | string | null): Uint8Array {
  if (value === null) return b4a.alloc(0)
  if (typeof value === 'string') return b4a.from(value)
  if (value.constructor === Bytes) return value as Uint8Array
  // b4a.isBuffer() is true of any Uint8Array, which lacks the methods of a Buffer.
  return b4a.from(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
}

/**
 * Copies a batch, its keys and small values into one allocation. A large value gets its own, so as not to stay in
 * memory for as long as any of the small ones: Hypercore rewrites a bitfield page at every append.
 */
export function copyOps(ops: readonly Op[]): Op[] {
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
