/** Entries of a refused directory that its error names: enough to recognise whose directory it is. */
export const NAMED_ENTRIES = 3

/** Rows an iterator reads at first: most iterators of hypercore-storage find fewer. */
export const ROWS_AT_FIRST = 16

/** Rows an iterator reads at once afterwards, and keeps ready. */
export const ROWS_AT_ONCE = 512
