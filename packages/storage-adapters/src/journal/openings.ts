import type { Engine } from '@manycore/kv'

/**
 * Tells two openings for writing of a database apart. An engine whose files other programs open, too, has it, because what
 * those write is in no journal.
 */
export interface Openings {
  /** The opening before this one, or the one since the last `suspend()`; null = not known. */
  readonly last: string | null
  /** This opening. */
  readonly own: string
}

/** Nobody else writes. */
const ALONE: Openings = { last: '', own: '' }

/** Which openings an engine knows of. Read once it is open, or has resumed. */
export function openingsOf(engine: Engine): Openings {
  return (engine as Engine & { readonly openings?: Openings }).openings ?? ALONE
}
