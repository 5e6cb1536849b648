import { aFunction, careful, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'

/** Options of `store.suspend()`. */
export interface SuspendOptions {
  /** told what is being done; what it returns is not waited for */
  log?: (message: string) => unknown
}

const TABLE: OptionTable<SuspendOptions> = {
  // What it threw would leave a store half suspended; one that is suspended for good could not be closed.
  log: (field, value) => (value === null ? undefined : careful<[string]>(aFunction(field, value)))
}

/** @throws BAD_ARGUMENT */
export function readSuspendOptions(opts: SuspendOptions | undefined): SuspendOptions {
  return readOptions(opts, TABLE)
}
