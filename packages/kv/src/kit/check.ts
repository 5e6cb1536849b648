import { badArgument, refuseUnknown } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { Op, Range } from '../engine.js'

/**
 * Refuses anything but a list of keys.
 * @throws BAD_ARGUMENT
 */
export function checkKeys(keys: readonly Uint8Array[]): void {
  if (!Array.isArray(keys)) throw badArgument('keys', 'an array of Uint8Arrays', keys)
  for (const [i, key] of keys.entries()) checkKey(`keys[${i}]`, key)
}

/**
 * Refuses anything but a list of ops. For before any of them is applied: a batch with one bad op changes nothing.
 * @throws BAD_ARGUMENT
 */
export function checkOps(ops: readonly Op[]): void {
  if (!Array.isArray(ops)) throw badArgument('ops', 'an array of ops', ops)
  for (const [i, op] of (ops as readonly Op[]).entries()) {
    if (op?.type === 'put') {
      checkKey(`ops[${i}].key`, op.key)
      checkBytes(`ops[${i}].value`, op.value)
    } else if (op?.type === 'del') checkKey(`ops[${i}].key`, op.key)
    else if (op?.type === 'delRange') {
      checkBytes(`ops[${i}].start`, op.start)
      checkBytes(`ops[${i}].end`, op.end)
    } else throw badArgument(`ops[${i}].type`, "'put', 'del' or 'delRange'", (op as Op | undefined)?.type)
  }
}

/**
 * Refuses anything but a range, and a bound of another name, such as `lte`, which would be no bound at all.
 * @throws BAD_ARGUMENT
 */
export function checkRange(range: Range): void {
  if (typeof range !== 'object' || range === null) throw badArgument('range', 'an object', range)
  refuseUnknown(range, Object.keys(RANGE), 'range')
  if (range.gte !== undefined) checkBytes('range.gte', range.gte)
  if (range.lt !== undefined) checkBytes('range.lt', range.lt)
}

const RANGE = {
  gte: { check: null, otherwise: 'from the first key on' },
  lt: { check: null, otherwise: 'up to the last key' },
  reverse: { check: null, default: false }
} satisfies OptionTable<Range>

function checkKey(field: string, key: unknown): void {
  if (!(key instanceof Uint8Array) || key.byteLength === 0)
    throw badArgument(field, 'a Uint8Array of ≥ 1 byte', key)
}

function checkBytes(field: string, value: unknown): void {
  if (!(value instanceof Uint8Array)) throw badArgument(field, 'a Uint8Array', value)
}
