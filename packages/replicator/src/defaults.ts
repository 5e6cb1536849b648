/**
 * Milliseconds from the moment a peer asks to our refusal, if a policy is in force. Looking a core up, opening it and
 * asking the policy takes 1 to 10 ms here; five times that leaves room for a slow disk. What takes longer is refused at
 * the next multiple.
 */
export const REFUSAL_MS = 50

/**
 * Milliseconds that a policy may take to answer. One that asks a server or a database answers within a second or two,
 * and ten seconds outlast their usual timeouts. Until then the core is held open, and counts as one of `pendingOpens`.
 */
export const POLICY_MS = 10_000

/**
 * How often policies are asked about a core because they changed before they had answered. Nobody changes so much while
 * one answer is on its way, except for a policy that changes the policies whenever it is asked.
 */
export const MAX_ROUNDS = 32

/**
 * Milliseconds that cores of a lower priority wait for a policy's answers about higher ones, and the next of many cores
 * for its answers about those before: as long as a refusal takes.
 */
export const PATIENCE_MS = 50

/**
 * Of many cores, those about which the policies of one stream are asked at a time, or whose sessions are closed: enough to
 * keep a policy busy that asks a server, at some 4 KB each while the answer is awaited (bench/README.md), 1 MB per stream.
 */
export const CORES_AT_ONCE = 256

/**
 * Milliseconds in which the answers to one packet of opens are gathered, to go out in one packet as well: as long as a
 * refusal takes, so that refusals are gathered too. What is not answered by then is answered on its own.
 */
export const GATHER_MS = 50

/**
 * Opens of one stream that wait for an answer. A peer may offer all its cores in one packet, and Hypercore never asks
 * again after a refusal, so this is above any store we know. At less than 2 KB each (bench/README.md), it is
 * 32 MB per stream.
 */
export const PENDING_OPENS = 16_384

/**
 * Cores that are open for the remote of one stream only: as many as it may ask for in one packet. An open core takes
 * some 30 KB: 500 MB at worst, for a remote that knows the keys of so many of ours.
 */
export const CORES_PER_STREAM = 16_384

/** `source.open()` calls at a time, of all streams: enough to keep a disk busy without starving our own reads. */
export const LOOKUPS = 64

/** Discovery keys that a replicator remembers as not here, about 150 bytes each: 2.5 MB. */
export const UNKNOWN_CORES = 16_384

/** Opens that a remote may send on one stream while it does not read our answers, a few hundred bytes each: some 20 MB. */
export const UNREAD_ANSWERS = 65_536

/**
 * Requests of one stream that are answered at a time. Hypercore sends 48 per core over TCP. Their blocks, and 8 MB that
 * Protomux gathers, are in memory while the peer reads nothing: 12 MB for blocks of 64 KiB.
 */
export const READS_PER_STREAM = 64

/** Of all streams together, unless each has but `LEAST_READS`: four streams may do as they like. */
export const READS = 256

/** Requests of one stream that are answered at a time whatever the others do: one is read while another is sent. */
export const LEAST_READS = 2

/** Bytes of the blocks that are read for one stream at a time, by the average of their core; one block in any case. */
export const READ_BYTES_PER_STREAM: number = 16 * 1024 * 1024

/** Unanswered requests of one channel, which is one core on one stream: twice as many as Hypercore has. */
export const REQUESTS_PER_CHANNEL = 1024

/** Of them, those that are not charged: Hypercore has 512 at most (`MAX_INFLIGHT` of lib/replicator.js). */
export const HONEST_REQUESTS = 512

/**
 * Bitfield pages, of 32,768 blocks each, in which a peer may claim blocks across all cores of its stream. Two bitfields
 * keep each, in up to 6 KB: 380 MB. A peer that has all blocks up to some block, as most do, takes none, and nobody takes
 * one where the core is not proved to reach, but for an answer to a want of ours. Sparse cores of 2^30 blocks in all take
 * so many, or 32,768 small ones, twice as many as may be open for one remote.
 */
export const PAGES_PER_STREAM = 32_768

/**
 * Milliseconds without a sign from a peer until it is stalled: twelve of the keep-alives that every Hypercore sends.
 */
export const STALLED_MS = 60_000

/**
 * Milliseconds until another peer is asked for what one does not answer: ten times a slow round trip, and the time that
 * three lost packets take to be sent again.
 */
export const ANSWER_MS = 5_000

/** How many times as long we wait for a peer that answers other requests: its answers may queue behind large blocks. */
export const BUSY_PATIENCE = 4

/**
 * How many times `answerMs` we wait at most for a peer that was silent before. We wait twice as long each time, so that one of
 * several slow peers does answer: 80 s, in which the largest block comes over a slow line.
 */
export const MOST_PATIENCE = 16

/**
 * For how many times `answerMs` a silent peer is asked for nothing that others could give, at most: 10 minutes, much longer
 * than we wait for it when it is asked again.
 */
export const MOST_SILENCE = 128

/** Wrong proofs on one channel until the core is detached from that stream: as many as Hypercore bears invalid requests. */
export const BAD_PROOFS = 64

/**
 * Milliseconds from one event about wrong proofs of a core and stream to the next, and until one is forgiven that may come
 * from an honest peer.
 */
export const BAD_PROOF_MS = 1000

/**
 * How many times `pendingOpens` may be unanswered on a stream in all, including those that are to be refused, before it
 * is closed: one frame of 16 MB can hold millions.
 */
export const FLOOD_FACTOR = 8

/** Cores that wait for the storage or a policy, of all streams, at 1.2 KB each: 240 MB. 50 streams get 3,855 of them each. */
export const ALL_PENDING_OPENS = 196_608

/** Opens of cores that wait in all streams of the process, those of the same core as well, at 400 bytes each: 210 MB. */
export const ALL_WAITING_OPENS: number = 1 << 19

/** Bytes of the id and handshake of one open of Hypercore's protocol. Hypercore sends 65. */
export const OPEN_BYTES: number = 64 * 1024

/**
 * Bytes of the handshakes, names and ids of a stream's opens that wait: so many for those of cores, and as many for those of
 * other protocols. Hypercore's take 4 MB at most (`PENDING_OPENS` × `FLOOD_FACTOR`); another protocol may have a large one.
 */
export const OPEN_BYTES_PER_STREAM: number = 8 * 1024 * 1024

/**
 * Bytes of messages for channels of a stream that are not open yet, with 512 added for each. Protomux pauses the stream at
 * 32 KB, but one batch of a remote that does not wait for our answer may be 8 MB, and is taken whole.
 */
export const EARLY_BYTES: number = 16 * 1024 * 1024

/** Milliseconds that opens wait until it is said: most answers take less than 50, and a policy may take `POLICY_MS`. */
export const LONG_WAIT_MS = 2000

/** How many opens of a stream have to wait so long until it is said. A few may be what a slow policy makes of them. */
export const LONG_WAITS = 64

/**
 * Messages of one stream that are being worked on, some kilobytes each; more wait. As many as a fast disk and its queue
 * take: what comes later would only wait there instead of here.
 */
export const AT_WORK = 1024

/** Bytes of a message of another protocol that count as one message at work: 256 KB of them are as many as may be. */
export const BYTES_AT_WORK = 256

/** Milliseconds that the indebted streams rest after their turn, so that half of the time is for the others. */
export const REST_MS = 2

/**
 * Bytes per millisecond that are read of large frames that nobody asked for, of all streams together. One of 16 MB is decrypted
 * in 50 ms, in which nothing else goes on: so it may be one every two seconds.
 */
export const UNASKED_BYTES_PER_MS = 8192

/** Of them, those that are read at once, if there were none before: an offer of 16,384 cores. */
export const UNASKED_BURST_BYTES: number = 1 << 21

/** Bytes of frames that wait to be worked on, from which a stream is paused: more than one turn works on. */
export const INBOX_BYTES: number = 64 * 1024

/** Bytes that a frame takes beside its own while it waits. */
export const FRAME_BYTES = 256

/** Milliseconds that an indebted stream's messages wait, all in all, until it is said. */
export const SLOWED_MS = 1000

/**
 * Bytes that all streams of a replicator may have wait together, in frames that are not whole or not worked on: 16 frames at
 * their largest. What we have asked a peer for does not count.
 */
export const WAITING_BYTES: number = 1 << 28

/**
 * Bytes of one stream that may wait beyond what we have asked for: three frames at their largest. A stream that can be paused
 * has two at most, one that is worked on and one that is not whole. One of UDX cannot be paused.
 */
export const WAITING_BYTES_PER_STREAM: number = 3 << 24

/** Bytes of one message of the handshake. Those of Noise XX have 32, 96 and 64, and the header behind them 56. */
export const HANDSHAKE_BYTES = 4096

/** Frames of fewer bytes are charged for: a keep-alive has 17, comes every 5 s, and nobody behind the stream sees it. */
export const SMALL_FRAME_BYTES = 64

/**
 * Milliseconds for which a stream stays open, after its remote has ended it, to work on what came before. An indebted stream
 * ends at once, and what waits is dropped.
 */
export const LAST_FRAMES_MS = 10_000

/**
 * Milliseconds from one empty frame to the next that an indebted stream is sent while it is not read. It is the second one
 * that shows that the remote has gone: the first has its system say so.
 */
export const GONE_MS = 1000

/**
 * A frame of so many bytes counts as waiting from its first byte on, and is decrypted when it is its stream's turn: for 16 MB
 * that takes 10 ms. The largest answer to a want of ours has half as many.
 */
export const LARGE_FRAME_BYTES: number = 1 << 19

/**
 * Channel numbers of one stream, 16 times as many as there may be cores for its remote alone. Protomux keeps up to 12
 * bytes for each number up to the highest ever used: 3 MB per stream.
 */
export const CHANNEL_IDS: number = 1 << 18

/**
 * Milliseconds that a channel has to last until its close is no reason to charge for opening it again: half of the 20 s for
 * which Hypercore keeps one that nobody wants.
 */
export const LASTING_MS = 10_000

/**
 * Cores whose channels a remote has closed sooner that are remembered, about 150 bytes each: 600 KB. Whoever opens more of
 * ours in turn has their keys, and makes the work that anybody makes who looks into all of them.
 */
export const CLOSED_CORES = 4096

/** How many blocks a core may have, by what a peer says. Hypercore would keep a bit in memory for each: 8 GB. */
export const MAX_BLOCKS: number = 2 ** 36

/**
 * Bytes of answers that Protomux may gather for one frame before wants wait. A frame of so many bytes fills every stream (a
 * Noise stream is full at 16 KB), so that the stream tells once it takes more.
 */
export const CORKED_BYTES = 65_536

/** Wants of one channel that wait. Hypercore itself has 512 at most (`LocalWants` of lib/wants.js), and a few of any block. */
export const WANTS_PER_CHANNEL = 1024

/** Wants of one stream that wait, about 150 bytes each: 20 MB. A peer with 16,384 sparse cores wants three parts of each. */
export const WANTS_PER_STREAM: number = 1 << 17

/**
 * Messages of one channel that wait in a stream whose remote reads nothing, beside news and answers, which wait elsewhere:
 * about 1 KB each, 16 MB. Hypercore has 512 requests and 512 wants under way at most, and takes them back as often.
 */
export const UNREAD_MESSAGES = 16_384

/** Bytes of a pushed block that count as one of `UNREAD_MESSAGES`: 64 MB of them may wait. */
export const PUSHED_BYTES = 4096

/** Ranges of one core that come or go while the remote reads nothing, some 60 bytes each: 8 MB. Those that touch are one. */
export const UNREAD_RANGES = 131_072

/** Those of all cores of a stream: 64 MB, as many as eight such copies make. */
export const UNREAD_RANGES_PER_STREAM: number = 1 << 20

/** Of them, those that are said in one frame: a few milliseconds. */
export const RANGES_PER_FRAME = 1024

/** Messages of one channel that are at work under the lock of their core, or queue for it: about a millisecond each. */
export const DATA_AT_WORK = 4

/** Bytes of the name of an extension in one message. Those that people register have a few dozen. */
export const EXTENSION_NAME_BYTES = 1024

/**
 * Claims of one channel that wait until the core is known here to be as long, at 16 bytes each: 256 KB. What lies side by
 * side is one claim, and Hypercore announces single blocks only among the last 256 of a core. A peer that stores every
 * other block of a core, as it grows by 10,000 blocks per second, makes so many in three seconds without an upgrade.
 */
export const MAX_WAITING_CLAIMS = 16_384

/**
 * Claims of all channels of a stream that wait, at 16 bytes each: 16 MB, as many as 64 channels may have, and 64 for each of
 * 16,384 cores. Those of an honest peer wait for one upgrade only.
 */
export const WAITING_CLAIMS_PER_STREAM: number = 1 << 20
