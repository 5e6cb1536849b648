/** Entries of a refused directory that its error names: enough to recognise whose directory it is. */
export const NAMED_ENTRIES = 3
