/**
 * What messages cost, in work: microseconds of one core of the machine that bench/README.md names, all in all, with the
 * promises, reads of storage and garbage that follow. A message is charged before it is worked on. Where a machine is
 * slower, it is slower for everybody; what matters is the ratio of one message to another.
 */
export type Cost = number

/** Of a message that nobody minds: of a channel that is closed, or unknown to the mux. */
export const MESSAGE: Cost = 2

/** Of any frame, to decrypt it and to hand it on. */
export const FRAME: Cost = 1

/** Of each byte of a frame that has waited to be decrypted, besides BYTE. */
export const DECRYPTED_BYTE: Cost = 0.0007

/** Of a message outside of the order, as UDX has them: a packet of its own, and decrypted. */
export const UNORDERED: Cost = 3

/** Of each byte of a frame: it is decrypted, copied and decoded. */
export const BYTE: Cost = 0.002

/**
 * Of each byte of a message that is charged, beside BYTE. A large message is decrypted in one go, while everybody waits, so
 * that it costs others more than its own time.
 */
export const UNASKED_BYTE: Cost = 0.01

/** Of a sync: it may look for a node of the tree, and look through what we want of the peer. */
export const SYNC: Cost = 25

/** Of a sync that a newer one replaces before it is worked on. */
export const REPLACED: Cost = 3

/** Of a request, without the block: the nodes of its proof are read. */
export const REQUEST: Cost = 30

/** Of a request beyond those that Hypercore has under way: it is kept until its turn comes. */
export const LATE_REQUEST: Cost = 3

/** Of a cancel, with a part of what the request has cost in vain. */
export const CANCEL: Cost = 8

/** Of an unwant. */
export const UNWANT: Cost = 2

/** Of data: it is hashed, checked against the signed tree, and stored. */
export const DATA: Cost = 60

/** Of a noData. */
export const NO_DATA: Cost = 3

/** Of a want, without the bitfields that answer it. */
export const WANT: Cost = 3

/** Of a range or a bitfield, without the pages that it touches. */
export const CLAIM: Cost = 6

/** Of having all blocks up to one more than before: Hypercore writes that down each time. */
export const HINT: Cost = 30

/** Of an extension message, without what its handler does. */
export const EXTENSION: Cost = 2

/** Of the open of a channel: it is looked up and answered. */
export const OPEN: Cost = 16

/** Of the close of a core's channel: its peer is removed, and what else there is to request is looked through. */
export const CLOSE: Cost = 40

/** Of the close of one that the remote had closed before, with what it took to open it again: a peer, and all that it says. */
export const REOPENED: Cost = 200

/** Of a reject of a channel that we have opened. */
export const REJECT: Cost = 10

/** Of each protocol and id that the mux knows, to find the one whose channel was rejected after we had closed it. */
export const KNOWN_CHANNEL: Cost = 0.05

// How these were measured, and what came of it, is in bench/README.md ("What one message costs").

/** Of each byte of a frame in which a mirror compares, and of our answer to it: ranges are looked up in an index, and parted. */
export const COMPARED_BYTE: Cost = 0.7

/** Of what a mirror says of one core: two hashes, and reading what is stored of it. */
export const NEWS: Cost = 25

/** Of a mirror of the remote that joins: a comparison is got ready. */
export const JOINED: Cost = 30

/** Of each byte of a bitfield that answers a want, beside its message: it is copied, encrypted and sent. */
export const WANTED_BYTE: Cost = 0.008

/** Of a request with a seek: it walks down the tree, and reads one node after the other. With a million blocks. */
export const SEEK: Cost = 650

/** Of a request with an upgrade: up to a hundred nodes of the tree are read at once. With a million blocks, and one of them. */
export const UPGRADE: Cost = 100

/** Of data that may prove a conflict: two signatures are checked, and our own proof is read. With a million blocks. */
export const CONFLICT_CHECK: Cost = 600

/** Of data that is dropped, such as the answer to a request that we have cancelled, or a block that is here. */
export const DROPPED_DATA: Cost = 3

/** Of a block that is pushed, and no upgrade: it is hashed, checked and stored, under the lock of the core. */
export const PUSHED_BLOCK: Cost = 75

/** Of data of a higher fork, or of an upgrade that is pushed: a signature is checked, under the lock of the core. */
export const UNASKED_DATA: Cost = 200

/** Of data that turned out to be wrong, beside the check itself and what it makes Hypercore look for: it is told. */
export const WRONG_DATA: Cost = 20

/** Of a peer that Hypercore looks at, for what could be requested of it. */
export const LOOK_AT_PEER: Cost = 0.25

/** Of each block beside that is to be requested, per peer. */
export const LOOK_FOR_BLOCK: Cost = 0.1

/** Of each download that is not done, per peer: Hypercore looks for a block of it that the peer has. */
export const LOOK_FOR_RANGE: Cost = 1

/** Of looking whether a claim changes anything in one page of 32,768 blocks. */
export const PAGE_LOOK: Cost = 1

/** Of changing bits of one page in both of Hypercore's bitfields, which may have to make the page. */
export const PAGE_TOUCH: Cost = 40

/** Of each 128 bits that change, beside that: the indexes of both bitfields follow. */
export const GROUP_OF_BITS: Cost = 0.8

/** Work that a claim may make at once. What is more is done in steps, of a page at most each: half of that. */
export const STEP: Cost = 500

/**
 * Work that a stream may cost without proving anything, in microseconds: two seconds, several times what a
 * peer costs that offers 16,384 cores in one frame. It is per connection: whoever reconnects has it again.
 */
export const ALLOWANCE: Cost = 2_000_000

/** Work that a stream may have in advance for what it has proved, in microseconds: one second at most. */
export const ADVANCE: Cost = 1_000_000

/**
 * Microseconds of the allowance that come back per millisecond, to all streams together that wait or are indebted: they may
 * take a seventh of a core for ever. A writer that appends 10,000 blocks per second to a core that is not downloaded stays below it.
 */
export const REFILL_PER_MS: Cost = 150

/** Work that all streams of the process may do in one turn of the event loop, in microseconds: 8 ms. */
export const TURN: Cost = 8000

/** Work that one stream may do of it at a time, before others have their turn. */
export const SLICE: Cost = 4000

/**
 * Unproved work from which a stream is indebted: it is worked on after all others, and in smaller slices. Streams that wait at
 * the same time share it.
 */
export const SMALL_DEBT: Cost = 2000

/** However many share it, a debt below this is none: a few announcements. */
export const LEAST_DEBT: Cost = 100

/**
 * Unproved work from which large frames are read slowly even of a stream that may send large blocks: 20 MB that are charged. A
 * block that is pushed is a debt until it is stored.
 */
export const LARGE_DEBT: Cost = 200_000

/** Work that all indebted streams together may do in one turn: what an honest peer waits for at most. */
export const INDEBTED_TURN: Cost = 2000

/** Work that one indebted stream may do of it at a time. */
export const INDEBTED_SLICE: Cost = 500
