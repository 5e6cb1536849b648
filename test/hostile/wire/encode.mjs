// Hypercore's messages as bytes, in an encoder of our own: what Hypercore would never encode must be possible too.

/** The types of the messages of a channel, as Hypercore numbers them. */
export const TYPE = {
  sync: 0,
  request: 1,
  cancel: 2,
  data: 3,
  noData: 4,
  want: 5,
  unwant: 6,
  bitfield: 7,
  range: 8,
  extension: 9
}

/** @typedef {keyof typeof TYPE} Type */

/**
 * compact-encoding's uint, up to 2^53 − 1.
 * @param {number} n
 * @returns {number[]}  1, 3, 5 or 9 bytes
 */
function uint(n) {
  if (n <= 0xfc) return [n]
  if (n <= 0xffff) return [0xfd, ...little(n, 2)]
  if (n <= 0xffffffff) return [0xfe, ...little(n, 4)]
  return [0xff, ...little(n, 8)]
}

/**
 * The first numbers of a message.
 * @param {Uint8Array} bytes
 * @param {number} count
 * @returns {number[]}
 */
export function readUints(bytes, count) {
  const buffer = Buffer.from(bytes)
  let at = 0
  return Array.from({ length: count }, () => {
    const first = /** @type {number} */ (buffer[at++])
    const width = { 0xfd: 2, 0xfe: 4, 0xff: 8 }[first]
    if (width === undefined) return first
    at += width
    return buffer.readUIntLE(at - width, Math.min(width, 6))
  })
}

/**
 * @param {number} n
 * @param {number} width
 */
function little(n, width) {
  return Array.from({ length: width }, (_, i) => Math.floor(n / 256 ** i) % 256)
}

/** @param {...number} numbers */
export function uints(...numbers) {
  return Buffer.from(numbers.flatMap(uint))
}

/**
 * The bytes of one message of a channel: its type, then its body.
 * @param {Type} type
 * @param {...(number | Uint8Array)} body  numbers are uints
 */
export function message(type, ...body) {
  return Buffer.concat([TYPE[type], ...body].map((part) => (typeof part === 'number' ? uints(part) : part)))
}

/**
 * Bytes after their length.
 * @param {Uint8Array} bytes
 */
export function sized(bytes) {
  return Buffer.concat([uints(bytes.byteLength), bytes])
}

/**
 * @param {object} state
 * @param {number} state.length
 * @param {number} [state.fork]
 * @param {number} [state.acked]  remoteLength: how much of the other side's length is acknowledged
 * @param {number} [state.flags]  1 canUpgrade, 2 uploading, 4 downloading, 8 hasManifest, 16 allowPush
 */
export function sync({ length, fork = 0, acked = 0, flags = 7 }) {
  return message('sync', flags, fork, length, acked)
}

/**
 * Asks for one block.
 * @param {number} id
 * @param {number} index
 */
export function blockRequest(id, index) {
  return message('request', 1, id, 0, index, 0)
}

/**
 * @param {number} start
 * @param {number} length
 * @param {boolean} [drop]
 */
export function range(start, length, drop = false) {
  return message('range', (drop ? 1 : 0) | (length === 1 ? 2 : 0), start, ...(length === 1 ? [] : [length]))
}

/**
 * @param {number} start        a multiple of 32
 * @param {Uint8Array} words    a multiple of 4 bytes
 */
export function bitfield(start, words) {
  return message('bitfield', start, words.byteLength / 4, words)
}

/**
 * @param {number} start
 * @param {number} length
 */
export function want(start, length) {
  return message('want', start, length)
}

/**
 * One frame with many messages of one channel, as Protomux batches them.
 * @param {number} channel
 * @param {readonly Uint8Array[]} messages
 */
export function batch(channel, messages) {
  return Buffer.concat([uints(0, 0, channel), ...messages.flatMap((each) => [uints(each.byteLength), each])])
}

/**
 * A frame with one message of a channel.
 * @param {number} channel
 * @param {Uint8Array} message
 */
export function single(channel, message) {
  return Buffer.concat([uints(channel), message])
}

const PROTOCOL = Buffer.from('hypercore/alpha')

/**
 * Opens a channel: a control message.
 * @param {number} channel
 * @param {Uint8Array} id
 * @param {Uint8Array} [handshake]
 */
export function open(channel, id, handshake = Buffer.alloc(33)) {
  return Buffer.concat([uints(0, 1, channel), sized(PROTOCOL), sized(id), handshake])
}

/** @param {number} channel */
export function close(channel) {
  return uints(0, 3, channel)
}

/** @param {number} channel */
export function reject(channel) {
  return uints(0, 2, channel)
}

/**
 * Control messages in one frame.
 * @param {readonly Uint8Array[]} frames  of the control channel
 */
export function controls(frames) {
  return batch(
    0,
    frames.map((frame) => frame.subarray(1))
  )
}
