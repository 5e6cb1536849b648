/**
 * ms from a peer's question to our refusal, where a policy is in force. Looking a core up, opening it and asking
 * the policy takes 1 to 10 ms here; five times that leaves room for a slow disk. What takes longer is refused
 * at the next multiple.
 */
export const REFUSAL_MS = 50

/**
 * ms that a policy may take to answer. One that asks a server or a database answers within a second or two, and ten
 * seconds outlast their own usual timeouts; until then the core is held open, and counts as one of `pendingOpens`.
 */
export const POLICY_MS = 10_000

/**
 * Times that policies are asked about a core because they changed before they had answered. Nobody takes back so many
 * things while one answer is on its way; a policy that changes the policies whenever it is asked does.
 */
export const MAX_ROUNDS = 32

/** ms that cores of a lower priority wait for answers of a policy about higher ones; as long as a refusal takes. */
export const PATIENCE_MS = 50

/**
 * ms that the answers to one packet of opens are gathered, to go out in one packet as well: as long as a refusal takes,
 * so that refusals are gathered too. What is not answered by then is answered on its own.
 */
export const GATHER_MS = 50

/**
 * Opens of one stream that wait for an answer. A peer may offer all its cores in one packet, and Hypercore
 * never asks again after a refusal, so this is above any store we know; at about 1 KB each, 16 MB a stream.
 */
export const PENDING_OPENS = 16_384

/**
 * Cores open for the remote of one stream only: as many as may be asked for in one packet. An open core is some 30 KB,
 * so 500 MB at worst, for a remote that knows the keys of so many of ours.
 */
export const CORES_PER_STREAM = 16_384

/** `source.open()` calls at a time, of all streams: what keeps a disk busy without starving our own reads. */
export const LOOKUPS = 64

/** Discovery keys remembered as not here, about 150 bytes each: 2.5 MB. */
export const UNKNOWN_CORES = 16_384

/** Opens of one stream taken while it does not read our answers; a few hundred bytes each: some 20 MB. */
export const UNREAD_ANSWERS = 65_536

/**
 * Requests of one stream that are answered at a time; Hypercore asks for 48 of a core over TCP. Their blocks, and 8 MB
 * that Protomux gathers, are in memory when the peer reads nothing: 12 MB for blocks of 64 KiB.
 */
export const READS_PER_STREAM = 64

/** Bytes of the blocks that are read for one stream at a time, by the average of their core; one is read at any rate. */
export const READ_BYTES_PER_STREAM: number = 16 * 1024 * 1024

/** Unanswered requests of one channel; Hypercore itself keeps 512 (11.37.1 lib/replicator.js, MAX_INFLIGHT). */
export const REQUESTS_PER_CHANNEL = 4096

/**
 * Pages of 32,768 blocks in which a peer says it has some, of all cores of its stream; two bitfields keep one, in up to
 * 6 KB each: 380 MB. A peer that has all of a core up to some block, as most do, takes none.
 */
export const PAGES_PER_STREAM = 32_768

/** ms without a sign from a peer until it is stalled: twelve of the keep-alives that every Hypercore sends. */
export const STALLED_MS = 60_000

/** Wrong proofs on one channel until the core is closed on that stream; as many as Hypercore bears requests. */
export const BAD_PROOFS = 64

/**
 * Times `pendingOpens` that a stream may leave unanswered in all, refused ones and other protocols included, before
 * it ends: one frame of 16 MB can hold millions.
 */
export const FLOOD_FACTOR = 8

/**
 * Messages of one stream that are being worked on, about 500 bytes each: 130 MB. Two for each open that FLOOD_FACTOR allows,
 * which a peer with as many cores sends in one frame.
 */
export const MESSAGES_AT_WORK: number = 1 << 18

/** Channels at a time: Protomux keeps 8 bytes for the highest number ever used, so 8 MB a stream. */
export const CHANNEL_IDS: number = 1 << 20

/** Blocks that a peer may say a core has: Hypercore keeps a bit for each in memory, here 8 GB. */
export const MAX_BLOCKS: number = 2 ** 36

/** Blocks in one range that a peer says it has: 4096 bitfield pages of 4 KB. */
export const RANGE_BLOCKS: number = 2 ** 27
