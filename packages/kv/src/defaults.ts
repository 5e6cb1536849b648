/** Entries of a node of the B+tree: wide enough to be shallow, small enough to be copied for a snapshot. */
export const NODE_ENTRIES = 32

/** What an entry of a memtable costs beside its bytes: two Buffer objects and its places in a node. */
export const ENTRY_OVERHEAD_BYTES = 200
