import { badArgument, bytes } from '@manycore/ground'
import type { Keys } from './keys.js'
import type { StoreOp } from './ordered-store.js'

/**
 * Checks ops of the caller that go into a batch of the index: they leave alone what belongs to it. There may be very many.
 * @throws BAD_ARGUMENT
 */
export function checkOps(ops: readonly StoreOp[], keys: Keys): void {
  for (let i = 0; i < ops.length; i++) if (!isAllowed(ops[i]!, keys)) throw refused(`ops[${i}]`, ops[i]!)
}

function isAllowed(op: StoreOp, keys: Keys): boolean {
  switch (op?.type) {
    case 'put':
      return op.value instanceof Uint8Array && op.key instanceof Uint8Array && !keys.has(op.key)
    case 'del':
      return op.key instanceof Uint8Array && !keys.has(op.key)
    case 'delRange':
      return [op.start, op.end].every((key) => key instanceof Uint8Array) && !keys.overlaps(op.start, op.end)
    default:
      return false
  }
}

function refused(field: string, op: StoreOp): Error {
  if (op?.type === 'put') bytes(`${field}.value`, op.value)
  if (op?.type === 'put' || op?.type === 'del')
    return badArgument(
      `${field}.key`,
      'a Uint8Array that does not begin with the prefix of the index',
      op.key
    )
  if (op?.type === 'delRange')
    return badArgument(field, 'a range of two Uint8Arrays without the keys of the index', op)
  return badArgument(field, "an op: { type: 'put' | 'del' | 'delRange', … }", op)
}
