import { isManycoreError } from '@manycore/ground'
import { ReconcileError } from '@manycore/reconcile'

/** Whether an index, or what is beside it, is damaged: then it is to be built anew. */
export function isDamage(err: unknown): boolean {
  return isManycoreError(err, 'INDEX_CORRUPT', 'INDEX_MISMATCH')
}

/** @param what  is wrong, as a sentence without its end */
export function damage(what: string): ReconcileError {
  return new ReconcileError('INDEX_CORRUPT', what)
}
