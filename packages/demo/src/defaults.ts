/** Bytes of a block. Hypercore proves and sends whole blocks; 64 KiB keeps both the proofs and the messages small. */
export const BLOCK_BYTES: number = 64 * 1024

/** Blocks of one append: 1 MiB at a time keeps a large file out of memory, and is one commit of the store. */
export const APPEND_BLOCKS = 16

/** Files in work at once. Each holds a core open; more does not help, as one core of the machine is busy by then. */
export const FILES_AT_ONCE = 32

/** Nodes of the loopback DHT. With 3 the look-ups stall; 10 connect in well under a second. */
export const DHT_NODES = 10

/** A role that finds nobody who has the index core within this time gives up. */
export const FIND_PEER_MS = 60_000

/** A role that is told to leave and has not closed its store by then is killed. */
export const LEAVE_MS = 20_000

/** Between two lines of progress where there is no terminal. */
export const LINE_MS = 5000

/** Between two progress messages of a role: smooth to the eye, cheap to send. */
export const PROGRESS_MS = 100
