/** The name under which Hypercores open their channels (`Replicator._makePeer()` of hypercore's lib/replicator.js). */
export const PROTOCOL = 'hypercore/alpha'

/** What the names begin with under which they do so on the lanes of mirrors; behind it are the numbers of two mirrors. */
export const LANES = 'manycore/lane/'

/** Whether a channel is that of a core. */
export function isOfCore(protocol: string): boolean {
  return protocol === PROTOCOL || protocol.startsWith(LANES)
}

/**
 * The messages that a channel of a core carries, in the order of Hypercore's list (`Replicator._makePeer()` in
 * lib/replicator.js): the place of a message in it is its type on the wire.
 */
export const MESSAGES = [
  'sync',
  'request',
  'cancel',
  'data',
  'noData',
  'want',
  'unwant',
  'bitfield',
  'range',
  'extension'
] as const

/** What each of them is decoded to, as far as it is read here. Source: hypercore 11.39.5 lib/messages.js, `wire`. */
export interface Messages {
  sync: Sync
  request: Request
  cancel: Cancel
  data: Data
  noData: NoData
  want: Want
  unwant: Want
  bitfield: Bitfield
  range: Range
  extension: Extension
}

export type MessageType = keyof Messages

/** The state of the sender, and of what it wants. */
export interface Sync {
  readonly fork: number
  /** blocks */
  readonly length: number
  /** The sender's acknowledgement of our length. */
  readonly remoteLength: number
  readonly canUpgrade: boolean
  readonly uploading: boolean
  readonly downloading: boolean
  readonly hasManifest: boolean
  readonly allowPush: boolean
}

export interface Request {
  readonly id: number
  /** 0 = none */
  readonly priority: number
  readonly fork: number
  /** null = no block is asked for */
  readonly block: object | null
  /** null = no byte is looked for */
  readonly seek: object | null
  /** null = only what is within the length that the sender knows */
  readonly upgrade: object | null
}

/** Takes a request back. */
export interface Cancel {
  /** its `id` */
  readonly request: number
}

/** A proof. `request` 0 with an upgrade from 0 may prove that two histories are signed. */
export interface Data {
  /** 0 = nobody asked for it */
  readonly request: number
  readonly fork: number
  readonly block: { readonly index: number; readonly value: Uint8Array } | null
  readonly hash: object | null
  readonly seek: object | null
  readonly upgrade: { readonly start: number; readonly length: number } | null
  readonly manifest: object | null
}

/** The answer to a request that gets no data. */
export interface NoData {
  readonly request: number
  readonly reason: number
}

/**
 * Which of the blocks [start, start + length) are here, and which come here? With `any`: only whether any of them is. Taken
 * back by an `unwant` with the same numbers.
 */
export interface Want {
  readonly start: number
  readonly length: number
  readonly any: boolean
}

/** The `reason` of a block that the sender does not have (`NOT_AVAILABLE` in lib/replicator.js). */
export const NOT_AVAILABLE = 1

/** The `reason` of what the sender cannot prove (`INVALID_REQUEST`). */
export const INVALID_REQUEST = 2

/** What an extension gets; an empty `name` is that of the message before. */
interface Extension {
  readonly name: string
  readonly message: Uint8Array
}

/** Which of the blocks from `start` the sender has: one bit per block. */
interface Bitfield {
  readonly start: number
  readonly bitfield: Uint32Array
}

/** The sender has the blocks [start, start + length), or with `drop` no longer has them. */
export interface Range {
  readonly drop: boolean
  readonly start: number
  readonly length: number
}
